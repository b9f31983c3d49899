"""The bound on a head, fed to the protocol in segments of exactly this size."""

import asyncio
import socket

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from app.core.http_head import MAX_HEAD_BYTES, MAX_WAITING, BoundedHead

PIECE = 8192
WHOLE = 1024 * 1024
GET = b"GET / HTTP/1.1\r\n"
TINY = b"a: b\r\n"
STARTED = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


async def answered(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
    )
    await send({"type": "http.response.body", "body": b""})


async def begun(_scope: Scope, receive: Receive, send: Send) -> None:
    """Says the head and a half of its answer, and waits for the client to go."""
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]}
    )
    await send({"type": "http.response.body", "body": b"ha", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass


async def waiting(_scope: Scope, receive: Receive, _send: Send) -> None:
    """Says nothing, and waits for the client to go."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def said_to(app: ASGIApp, *segments: bytes) -> bytes:
    """All that a server with this application says to the segments, till it closes."""
    loop = asyncio.get_running_loop()
    config = Config(app, lifespan="off", log_config=None, ws="none")
    protocol = BoundedHead(config, ServerState(), {})
    ours, theirs = socket.socketpair()
    theirs.settimeout(0)
    with theirs:
        transport, _ = await loop.create_connection(lambda: protocol, sock=ours)
        for segment in segments:
            if not transport.is_closing():
                protocol.data_received(segment)
                await asyncio.sleep(0)  # the application begins
        said = b""
        async with asyncio.timeout(5):
            while received := await loop.sock_recv(theirs, 65536):
                said += received
        return said


def status(said: bytes) -> int:
    return int(said.split(b" ", 2)[1])


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("size", [PIECE, WHOLE], ids=["in pieces", "in one segment"])
def test_tiny_headers_count_with_what_separates_them(size: int) -> None:
    room = (MAX_HEAD_BYTES - len(GET + b"Connection: close\r\n\r\n")) // len(TINY)

    def answer(headers: int) -> bytes:
        head = GET + b"Connection: close\r\n" + TINY * headers + b"\r\n"
        return asyncio.run(said_to(answered, *cut(head, size)))

    assert status(answer(room)) == 200
    assert status(answer(room + 1)) == 431
    assert status(answer(30_000)) == 431


@pytest.mark.parametrize("size", [PIECE, WHOLE], ids=["in pieces", "in one segment"])
@pytest.mark.parametrize(("app", "said"), [(begun, STARTED + b"ha"), (waiting, b"")])
def test_a_head_that_is_refused_says_nothing_into_the_answer_before_it(
    app: ASGIApp, said: bytes, size: int
) -> None:
    second = cut(GET + TINY * 30_000, size)
    assert asyncio.run(said_to(app, GET + b"\r\n", *second)) == said


@pytest.mark.parametrize(("app", "said"), [(begun, STARTED + b"ha"), (waiting, b"")])
def test_what_is_no_http_says_nothing_into_the_answer_before_it(app: ASGIApp, said: bytes) -> None:
    assert asyncio.run(said_to(app, GET + b"\r\n", b"no HTTP\r\n\r\n")) == said


@pytest.mark.parametrize(("app", "said"), [(begun, 200), (waiting, 431)])
def test_trailers_are_refused_if_their_request_is_not_yet_answered(app: ASGIApp, said: int) -> None:
    head = b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    answer = asyncio.run(said_to(app, head, *cut(TINY * 30_000, PIECE)))
    assert status(answer) == said
    assert answer.count(b"HTTP/1.1") == 1


def test_trailers_of_a_request_that_waits_for_its_turn_are_not_refused_in_words() -> None:
    second = b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    segments = [GET + b"\r\n", second, *cut(TINY * 30_000, PIECE)]
    assert asyncio.run(said_to(begun, *segments)) == STARTED + b"ha"


def test_a_few_requests_may_wait_for_their_turn_and_no_more() -> None:
    last = GET + b"Connection: close\r\n\r\n"
    few = (GET + b"\r\n") * MAX_WAITING + last
    assert asyncio.run(said_to(answered, few)).count(b"HTTP/1.1 200 ") == 1 + MAX_WAITING
    assert asyncio.run(said_to(answered, GET + b"\r\n" + few)) == b""
