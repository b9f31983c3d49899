"""Which connections end when too many are idle, and which stay."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import structlog
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import LogCapture
from structlog.typing import EventDict
from uvicorn.server import ServerState

from app.http import idle
from app.http.idle import MAX_IDLE
from tests.app.http.connection import GET, Connection, Protocol, answered, connected, tcp_pair

PUT = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
NO_HTTP = b"no HTTP\r\n\r\n"
BAD_CHUNK = b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n"
MOST = 3


class Server:
    """Opens connections to one server, of which `MOST` may be idle."""

    def __init__(self, stack: AsyncExitStack, app: ASGIApp) -> None:
        self._stack = stack
        self._app = app
        self._state = ServerState()

    async def connect(self, *segments: bytes) -> Connection:
        """A new connection, on which these are sent."""
        opened = connected(self._app, tcp_pair, self._state, {MAX_IDLE: MOST})
        connection = await self._stack.enter_async_context(opened)
        await connection.feed(*segments)
        return connection


@asynccontextmanager
async def server(app: ASGIApp = answered) -> AsyncIterator[Server]:
    async with AsyncExitStack() as stack:
        yield Server(stack, app)


async def ended(*connections: Connection) -> list[bool]:
    await asyncio.sleep(0.01)  # two turns of the loop would do
    return [one.lost.is_set() for one in connections]


@pytest.mark.parametrize("begun", [b"", b"GET / HT"])
def test_the_connection_that_has_been_idle_longest_ends(begun: bytes) -> None:
    async def scenario() -> list[bool]:
        async with server() as opened:
            found = [await opened.connect(begun) for _ in range(MOST + 2)]
            return await ended(*found)

    assert asyncio.run(scenario()) == [True, True, False, False, False]


def test_a_kept_connection_is_idle_since_its_last_answer() -> None:
    async def scenario() -> list[bool]:
        async with server() as opened:
            used, unused = await opened.connect(), await opened.connect()
            await used.feed(GET + b"\r\n")
            newer = [await opened.connect() for _ in range(2)]
            return await ended(used, unused, *newer)

    assert asyncio.run(scenario()) == [False, True, False, False]


@pytest.mark.parametrize("requests", [1, 2])
def test_a_connection_is_not_idle_while_an_answer_is_due(requests: int) -> None:
    async def scenario() -> tuple[list[bool], bytes]:
        begun, may_answer = [], asyncio.Event()

        async def last_answered_late(scope: Scope, receive: Receive, send: Send) -> None:
            begun.append(scope)
            if len(begun) == requests:
                await may_answer.wait()
            await answered(scope, receive, send)

        async with server(last_answered_late) as opened:
            busy = await opened.connect((GET + b"\r\n") * requests)
            newer = [await opened.connect() for _ in range(2 * MOST + 1)]
            found = await ended(busy, *newer)
            may_answer.set()
            await busy.feed(GET + b"Connection: close\r\n\r\n")
            return found, await busy.said()

    found, said = asyncio.run(scenario())
    assert found == [False] + [True] * (MOST + 1) + [False] * MOST
    assert said.count(b"HTTP/1.1 200 OK\r\n") == requests + 1


def test_a_connection_whose_request_has_arrived_unread_does_not_end() -> None:
    async def scenario() -> list[bool]:
        async with server() as opened:
            asking, silent = await opened.connect(), await opened.connect()
            await asking.send_unseen(GET + b"\r\n")
            newer = [await opened.connect() for _ in range(3)]
            return await ended(asking, silent, *newer)

    assert asyncio.run(scenario()) == [False, True, True, False, False]


def test_unread_requests_are_no_way_to_keep_everybody_out() -> None:
    async def scenario() -> int:
        async with server() as opened:
            found = []
            for _ in range(4 * MOST):
                found.append(await opened.connect())
                await found[-1].send_unseen(GET + b"\r\n")
            return (await ended(*found)).count(False)

    assert asyncio.run(scenario()) == 2 * MOST


@pytest.mark.parametrize("request_sent", [PUT, BAD_CHUNK, NO_HTTP])
@pytest.mark.parametrize("seconds", [60.0, 0.0])
def test_a_client_that_still_sends_has_some_time_to_read_its_answer(
    seconds: float, request_sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle, "FINISH_SECONDS", seconds)

    async def scenario() -> list[bool]:
        async with server() as opened:
            sending, silent = await opened.connect(request_sent), await opened.connect()
            await sending.send_unseen(bytes(500))
            newer = [await opened.connect() for _ in range(MOST - 1)]
            return await ended(sending, silent, *newer)

    is_kept = seconds > 0
    assert asyncio.run(scenario()) == [not is_kept, is_kept, *[False] * (MOST - 1)]


def test_that_time_is_not_renewed_when_its_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> list[bool]:
        async with server() as opened:
            sending, *others = [await opened.connect(PUT), await opened.connect()]
            await asyncio.sleep(0.1)
            others += [await opened.connect() for _ in range(MOST - 1)]  # it goes behind them
            monkeypatch.setattr(idle, "FINISH_SECONDS", 0.1)
            others += [await opened.connect() for _ in range(MOST)]
            return await ended(sending, *others)

    assert asyncio.run(scenario()) == [True] * (MOST + 1) + [False] * MOST


async def long_answer(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Leaves some of it with the transport: the system takes less at once."""
    headers = [(b"content-length", b"10000000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": bytes(10_000_000)})


@pytest.mark.parametrize("seconds", [60.0, 0.0])
def test_a_client_has_some_time_to_take_the_last_of_its_answer(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle, "FINISH_SECONDS", seconds)

    async def scenario() -> list[bool]:
        async with server(long_answer) as opened:
            taking, silent = await opened.connect(GET + b"\r\n"), await opened.connect()
            newer = [await opened.connect() for _ in range(MOST - 1)]
            return await ended(taking, silent, *newer)

    is_kept = seconds > 0
    assert asyncio.run(scenario()) == [not is_kept, is_kept, *[False] * (MOST - 1)]


def test_a_connection_that_has_gone_counts_no_more() -> None:
    async def scenario() -> list[bool]:
        async with server() as opened:
            gone = await opened.connect()
            stay = [await opened.connect() for _ in range(MOST - 1)]
            gone.protocol.transport.close()
            await gone.lost.wait()
            stay.append(await opened.connect())
            return await ended(*stay)

    assert asyncio.run(scenario()) == [False] * MOST


class LookedAt(Protocol):
    """Is looked at when its connection has ended, just before it learns of that."""

    was_of_use = True

    def connection_lost(self, exc: Exception | None) -> None:
        try:
            self.was_of_use = self.is_of_use()
        finally:
            super().connection_lost(exc)


def test_with_tls_a_connection_that_has_ended_unheard_is_of_no_use() -> None:
    async def scenario() -> bool:
        protocol = LookedAt(answered, ServerState(), {})
        ours, theirs = tcp_pair()
        loop = asyncio.get_running_loop()
        accepted = loop.connect_accepted_socket(
            lambda: protocol, ours, ssl=without_certificate(ssl.PROTOCOL_TLS_SERVER)
        )
        client = without_certificate(ssl.PROTOCOL_TLS_CLIENT)
        opened = asyncio.open_connection(sock=theirs, ssl=client, server_hostname="")
        _, (_, writer) = await asyncio.gather(accepted, opened)
        writer.transport.abort()
        await protocol.lost.wait()
        return protocol.was_of_use

    assert asyncio.run(scenario()) is False


def without_certificate(side: int) -> ssl.SSLContext:
    context = ssl.SSLContext(side)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # the last one with anonymous ciphers
    context.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")
    return context


def test_one_line_tells_how_many_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "LOG_SECONDS", 0.2)
    logged, told = LogCapture(), asyncio.Event()

    def tell(_logger: object, _method: str, line: EventDict) -> EventDict:
        told.set()
        return line

    structlog.configure(processors=[structlog.contextvars.merge_contextvars, tell, logged])

    async def scenario() -> None:
        structlog.contextvars.bind_contextvars(request_id="of another")
        async with server() as opened, asyncio.timeout(5):
            for connections in (MOST + 4, 1):
                for _ in range(connections):
                    await opened.connect()
                await told.wait()
                told.clear()

    asyncio.run(scenario())

    line = {"event": "idle_connections_ended", "log_level": "warning", "seconds": 0.2}
    assert logged.entries == [line | {"connections": 4}, line | {"connections": 1}]
