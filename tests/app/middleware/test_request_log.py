"""One line for each request."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.testing import capture_logs
from structlog.typing import EventDict

from app.middleware.request_log import RequestLogMiddleware


def logging_app(app: ASGIApp) -> RequestLogMiddleware:
    routes: Callable[[Scope], str] = lambda scope: f"route of {scope['path']}"  # noqa: E731
    return RequestLogMiddleware(app, route_of=routes, quiet=["route of /health"])


def logged(app: ASGIApp, method: str = "GET", path: str = "/", **request: Any) -> EventDict:
    client = TestClient(logging_app(app), raise_server_exceptions=False)
    with capture_logs() as lines:
        client.request(method, path, **request)
    (line,) = lines
    return line


def test_a_request_is_logged_with_route_status_and_sizes() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await PlainTextResponse("hello", 201)(scope, receive, send)

    line = logged(app, "POST", "/a/b", content=b"1234")

    assert line.pop("seconds") < 1
    assert line == {
        "event": "request_finished",
        "log_level": "info",
        "method": "POST",
        "route": "route of /a/b",
        "status": 201,
        "request_bytes": 4,
        "response_bytes": 5,
    }


def test_a_quiet_route_is_logged_at_debug() -> None:
    assert logged(PlainTextResponse("ok"), path="/health")["log_level"] == "debug"


def test_a_crash_is_logged_as_500() -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError

    assert logged(app)["status"] == 500


def test_a_streamed_response_is_logged_with_its_last_byte() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"12345"
            await asyncio.sleep(0.01)

    line = logged(StreamingResponse(chunks()))

    assert line["response_bytes"] == 15
    assert line["seconds"] >= 0.02


@pytest.mark.parametrize(("sent", "status"), [(1, 499), (2, 200)])
def test_a_client_that_goes_before_the_last_byte_is_logged_as_499(sent: int, status: int) -> None:
    parts = [
        {"type": "http.response.start", "status": 200, "headers": []},
        {"type": "http.response.body", "body": b"12", "more_body": True},
        {"type": "http.response.body", "body": b"34", "more_body": False},
    ]

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        for part in parts[: sent + 1]:
            await send(part)
        await receive()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        pass

    scope: Scope = {"type": "http", "method": "GET", "path": "/"}
    with capture_logs() as lines:
        asyncio.run(logging_app(app)(scope, receive, send))

    assert [line["status"] for line in lines] == [status]
