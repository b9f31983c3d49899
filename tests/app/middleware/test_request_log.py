"""One line for each request."""

import asyncio

import pytest
from starlette.types import Message
from structlog.testing import capture_logs
from structlog.typing import EventDict

from app.middleware.exchange import Exchange
from app.middleware.request_log import RequestLog


async def _receive() -> Message:
    return {"type": "http.request", "body": b"1234"}


async def _send(_message: Message) -> None:
    pass


async def _pass(exchange: Exchange) -> None:
    for _ in range(2):
        await exchange.receive()
    await exchange.send({"type": "http.response.start", "status": 202, "headers": []})
    for _ in range(3):
        await exchange.send({"type": "http.response.body", "body": b"12", "more_body": True})


def logged(route: str = "/convert", **state: str) -> EventDict:
    exchange = Exchange({"method": "PUT", "state": state}, route, _receive, _send)
    asyncio.run(_pass(exchange))
    exchange.end(None)
    exchange.seconds = 1.23456
    with capture_logs() as lines:
        RequestLog(quiet=["/health"])(exchange)
    (line,) = lines
    return line


def test_a_request_is_logged_with_route_status_and_sizes() -> None:
    assert logged() == {
        "event": "request_finished",
        "log_level": "info",
        "method": "PUT",
        "route": "/convert",
        "status": 202,
        "seconds": 1.2346,
        "request_bytes": 8,
        "response_bytes": 6,
    }


def test_an_error_is_logged_with_its_code() -> None:
    assert logged(error_code="internal_error")["code"] == "internal_error"


@pytest.mark.parametrize(("route", "level"), [("/health", "debug"), ("/convert", "info")])
def test_a_quiet_route_is_logged_at_debug(route: str, level: str) -> None:
    assert logged(route)["log_level"] == level
