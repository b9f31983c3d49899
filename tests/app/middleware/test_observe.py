"""Each request, counted and timed to its last byte, whatever becomes of it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.metrics import REQUEST_STATUSES, Metrics
from app.middleware.exchange import Exchange
from app.middleware.observe import ObserveMiddleware
from tests.app.one_loop import one_loop
from tests.app.scrapes import Scrape, moved, parsed, requests

START: Message = {"type": "http.response.start", "status": 200, "headers": []}
PART: Message = {"type": "http.response.body", "body": b"12", "more_body": True}
LAST: Message = {"type": "http.response.body", "body": b"34"}


class Observed:
    """An application behind the middleware, its metrics, and what was handed to the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.metrics = Metrics()
        self.logged: list[Exchange] = []
        self.app = ObserveMiddleware(app, self.metrics, lambda _scope: "/x", self.logged.append)
        self.client = TestClient(self.app, raise_server_exceptions=False)

    def scrape(self) -> Scrape:
        return parsed(self.metrics.render("")[0].decode())

    def moves(self) -> dict[str, float]:
        return moved({}, self.scrape())


async def crash(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ZeroDivisionError


async def crash_late(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send(START)
    await send(PART)
    raise ZeroDivisionError


async def say_nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    pass


@pytest.mark.parametrize(
    ("app", "status"),
    [
        (PlainTextResponse("ok", 201), 201),
        (crash, 500),
        (crash_late, 500),
        (say_nothing, 500),
    ],
)
def test_a_request_is_counted_once_with_its_status(app: ASGIApp, status: int) -> None:
    observed = Observed(app)

    with suppress(AssertionError):  # the client finds a response missing
        observed.client.get("/")

    assert observed.moves() == requests("/x", status, "GET")
    assert [exchange.status for exchange in observed.logged] == [status]


def test_what_is_logged_is_what_is_counted() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await PlainTextResponse("hello", 202)(scope, receive, send)

    observed = Observed(app)
    observed.client.post("/", content=b"1234")

    (exchange,) = observed.logged
    assert (exchange.route, exchange.status) == ("/x", 202)
    assert (exchange.request_bytes, exchange.response_bytes) == (4, 5)
    name = 'http_request_duration_seconds_sum{endpoint="/x",method="POST"}'
    assert observed.scrape()[name] == exchange.seconds


def test_a_streamed_answer_is_timed_to_its_last_byte() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"12345"
            await asyncio.sleep(0.02)

    observed = Observed(StreamingResponse(chunks()))
    observed.client.get("/")

    (exchange,) = observed.logged
    assert exchange.response_bytes == 15
    assert exchange.seconds >= 0.05
    assert observed.moves() == requests("/x", 200, "GET")


async def hung_up() -> Message:
    return {"type": "http.disconnect"}


async def take(_message: Message) -> None:
    pass


def run(app: ASGIApp, send: Send = take) -> Observed:
    """Run a request of a client that has hung up, or is about to."""
    observed = Observed(app)
    with suppress(OSError, asyncio.CancelledError):
        asyncio.run(observed.app({"type": "http", "method": "GET", "path": "/"}, hung_up, send))
    return observed


def sending(*messages: Message) -> ASGIApp:
    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)
        await receive()

    return app


@pytest.mark.parametrize(
    ("messages", "status"), [([], 499), ([START, PART], 499), ([START, PART, LAST], 200)]
)
def test_a_client_that_goes_before_the_last_byte_counts_as_499(
    messages: list[Message], status: int
) -> None:
    assert run(sending(*messages)).moves() == requests("/x", status, "GET")


def test_a_server_that_cannot_send_has_lost_its_client() -> None:
    async def fail(_message: Message) -> None:
        raise OSError("client disconnected")

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        with pytest.raises(OSError, match="client disconnected"):
            await send(START)

    assert run(app, fail).moves() == requests("/x", 499, "GET")


@pytest.mark.parametrize("app", [PlainTextResponse("ok"), crash, crash_late])
def test_the_gauge_is_one_during_a_request_and_zero_after_it(app: ASGIApp) -> None:
    during: list[float] = []

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        during.append(observed.scrape()["http_requests_in_progress"])
        await app(scope, receive, send)

    observed = Observed(watched)
    observed.client.get("/")

    assert during == [1]
    assert observed.scrape()["http_requests_in_progress"] == 0


@pytest.mark.parametrize(("begun", "status"), [([START, PART], 503), ([], 500)])
def test_a_server_that_ends_has_cut_off_what_it_had_begun_to_answer(
    begun: list[Message], status: int
) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        for message in begun:
            await send(message)
        raise asyncio.CancelledError

    assert run(app).moves() == requests("/x", status, "GET")


def test_a_log_that_fails_leaves_the_gauge_alone() -> None:
    metrics = Metrics()

    def fail(_exchange: Exchange) -> None:
        raise OSError("no room for the log")

    app = ObserveMiddleware(PlainTextResponse("ok"), metrics, lambda _scope: "/x", fail)
    TestClient(app, raise_server_exceptions=False).get("/")

    assert parsed(metrics.render("")[0].decode())["http_requests_in_progress"] == 0


def test_unknown_methods_share_one_label() -> None:
    observed = Observed(PlainTextResponse("ok"))
    with one_loop(observed.client):
        for number in range(100):
            observed.client.request(f"BREW{number}", "/")

    assert observed.moves() == requests("/x", 200, "OTHER", count=100)


def test_scopes_other_than_http_pass_through_unmeasured() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    observed = Observed(app)

    async def none(*_: object) -> Any:
        raise AssertionError

    asyncio.run(observed.app({"type": "lifespan"}, none, none))

    assert seen == ["lifespan"]
    assert observed.moves() == {}


def test_routes_that_are_expected_start_at_zero() -> None:
    metrics = Metrics()
    metrics.start_requests_at_zero([("PUT", "/x")])

    series = parsed(metrics.render("")[0].decode())

    expected: Iterator[str] = (
        f'http_requests_total{{endpoint="/x",method="PUT",status="{status}"}}'
        for status in REQUEST_STATUSES
    )
    assert {name: series[name] for name in expected} == dict.fromkeys(
        (name for name in series if name.startswith("http_requests_total")), 0
    )
    assert series['rate_limit_rejections_total{endpoint="/x"}'] == 0
