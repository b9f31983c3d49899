"""Mistakes of ours."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import capture_logs

from app.middleware.crash import CrashMiddleware


def respond(request: Request) -> Response:
    return PlainTextResponse(f"sorry for {request.url.path}", 500)


def caught(app: ASGIApp) -> TestClient:
    return TestClient(CrashMiddleware(app, respond))


async def crash(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ZeroDivisionError("here")


async def crash_late(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ZeroDivisionError("here")


def test_a_crash_is_answered_and_its_traceback_logged() -> None:
    with capture_logs() as lines:
        response = caught(crash).get("/there")

    assert (response.status_code, response.text) == (500, "sorry for /there")
    (line,) = lines
    assert line == {"event": "request_crashed", "exc_info": True, "log_level": "error"}


def test_a_crash_after_the_response_has_begun_goes_on_to_the_server() -> None:
    with capture_logs() as lines, pytest.raises(ZeroDivisionError, match="here"):
        caught(crash_late).get("/")

    assert lines == []


@pytest.mark.parametrize(
    ("scope", "error"), [("http", asyncio.CancelledError), ("lifespan", ZeroDivisionError)]
)
def test_what_is_no_crash_of_a_request_goes_on_to_the_server(
    scope: str, error: type[BaseException]
) -> None:
    async def ends(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    async def none(*_: object) -> Any:
        raise AssertionError

    with capture_logs() as lines, pytest.raises(error):
        asyncio.run(CrashMiddleware(ends, respond)({"type": scope, "path": "/"}, none, none))

    assert lines == []


def test_without_a_crash_nothing_is_touched() -> None:
    response = caught(PlainTextResponse("fine")).get("/")

    assert (response.status_code, response.text) == (200, "fine")
