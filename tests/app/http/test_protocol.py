"""The bound on a head, fed to the protocol in segments of exactly this size."""

import asyncio
import gc
import logging
import socket
import tracemalloc
import weakref
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

import pytest
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.testing import LogCapture, capture_logs
from uvicorn.server import ServerState

from app.http import linger, slow_readers
from app.http.download_deadline import DOWNLOAD_IDLE
from app.http.head_bounds import MAX_HEAD_BYTES, MAX_HEADERS, MAX_WAITING
from app.http.head_deadline import HEAD_TIMEOUT
from app.http.protocol import BoundedProtocol
from app.http.slow_readers import BoundedSlowReaders
from tests.app.http.connection import GET, Connection, answered, connected, tcp_pair

PIECE = 8192
WHOLE = 1024 * 1024
TINY = b"a: b\r\n"
CHUNKED = b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
STARTED = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


class Application:
    """Answers `haha` to what it has read, the first half before it may finish if `is_early`."""

    def __init__(self, *, is_early: bool) -> None:
        self._is_early = is_early
        self.may_finish = asyncio.Event()
        self.ended = 0
        """Requests whose client has gone before the answer was whole."""

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_early:
            await self._begin(send)
        finish = asyncio.create_task(self.may_finish.wait())
        hangup = asyncio.create_task(_gone(receive))
        await asyncio.wait([finish, hangup], return_when=asyncio.FIRST_COMPLETED)
        if hangup.done() and not finish.done():
            self.ended += 1
        for task in (finish, hangup):
            task.cancel()
        if not self._is_early:
            await self._begin(send)
        await send({"type": "http.response.body", "body": b"ha"})

    async def _begin(self, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]}
        )
        await send({"type": "http.response.body", "body": b"ha", "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def said_to(app: ASGIApp, *segments: bytes) -> bytes:
    """All that a server says to the segments, its application finishing behind the last."""
    async with connected(app) as connection:
        await connection.feed(*segments)
        if isinstance(app, Application):
            app.may_finish.set()
        return await connection.said()


async def said_by(segments: Sequence[bytes], *, is_early: bool) -> bytes:
    return await said_to(Application(is_early=is_early), *segments)


def status(said: bytes) -> int:
    return int(said.split(b" ", 2)[1])


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("size", [PIECE, WHOLE], ids=["in pieces", "in one segment"])
def test_headers_count_with_what_separates_them(size: int) -> None:
    short = b"a: " + 300 * b"b" + b"\r\n"
    room = (MAX_HEAD_BYTES - len(GET + b"Connection: close\r\n\r\n")) // len(short)

    def answer(headers: int) -> bytes:
        head = GET + b"Connection: close\r\n" + short * headers + b"\r\n"
        return asyncio.run(said_to(answered, *cut(head, size)))

    assert status(answer(room)) == 200
    assert status(answer(room + 1)) == 431
    assert status(answer(2 * room)) == 431


def largest(start: bytes) -> bytes:
    """A head that begins so, and is as large as may be; the empty line at its end counts not."""
    known = len(start + b"X-A: \r\n")
    return start + b"X-A: " + b"a" * (MAX_HEAD_BYTES - known) + b"\r\n\r\n"


@pytest.mark.parametrize("size", [MAX_HEAD_BYTES, WHOLE])
@pytest.mark.parametrize(
    "head",
    [largest(GET), GET.replace(b"/ ", b"/" + b"a" * (MAX_HEAD_BYTES - len(GET)) + b" ") + b"\r\n"],
    ids=["header", "address"],
)
def test_a_head_may_have_as_many_bytes_as_the_limit_and_no_more(head: bytes, size: int) -> None:
    more = head.replace(b"aa", b"aaa", 1)

    async def answer(head: bytes) -> bytes:
        async with connected(answered) as connection:
            await connection.feed(*cut(head, size))
            connection.protocol.shutdown()
            return await connection.said()

    assert status(asyncio.run(answer(head))) == 200
    assert status(asyncio.run(answer(more))) == 431


def test_each_request_of_a_connection_may_have_as_much_as_the_first() -> None:
    segments = [
        *[largest(GET), GET + TINY * (MAX_HEADERS - 1) + b"\r\n"] * 2,
        *(largest(CHUNKED.removesuffix(b"\r\n0\r\n")), b"1\r\n", b"x\r\n0\r\n\r\n"),
        *(CHUNKED, b"X-Trailer: " + b"a" * (MAX_HEAD_BYTES // 2) + b"\r\n", b"\r\n"),
        *cut(largest(GET + b"Connection: close\r\n"), PIECE),
    ]
    assert asyncio.run(said_to(answered, *segments)).count(b"HTTP/1.1 200 ") == 7


def test_headers_and_trailers_are_counted_together() -> None:
    def answer(headers: int, trailers: int) -> bytes:
        head = GET + b"Connection: close\r\nTransfer-Encoding: chunked\r\n" + TINY * headers
        return asyncio.run(
            said_by([head + b"\r\n0\r\n" + TINY * trailers + b"\r\n"], is_early=False)
        )

    known = GET.count(b"\r\n") + 1  # the first line is none
    assert status(answer(MAX_HEADERS - known, 0)) == 200
    assert status(answer(MAX_HEADERS - known - 1, 1)) == 200
    assert status(answer(MAX_HEADERS - known, 1)) == 431
    refusal = answer(MAX_HEADERS - known + 1, 0)
    assert status(refusal) == 431
    assert refusal.endswith(b"The request has over 256 headers: send fewer.\n")


@pytest.mark.parametrize("is_early", [True, False])
@pytest.mark.parametrize(
    "second",
    [
        cut(GET + TINY * 30_000, PIECE),
        [GET + TINY * 30_000],
        [b"no HTTP\r\n\r\n"],
        [b"x"],
        [b"no HTTP\r\n\r\n", GET + b"\r\n", b"x" * 200_000],
    ],
    ids=["large, in pieces", "large, in one segment", "no HTTP", "a byte", "no HTTP and more"],
)
def test_what_is_refused_leaves_the_answer_before_it_whole(
    second: Sequence[bytes], *, is_early: bool
) -> None:
    said = asyncio.run(said_by([GET + b"\r\n", *second], is_early=is_early))

    assert said.count(b"HTTP/1.1") == 1
    assert said.startswith(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n")
    assert said.endswith(b"\r\n\r\nhaha")


@pytest.mark.parametrize(("is_early", "said"), [(True, 200), (False, 431)])
def test_trailers_are_refused_if_their_request_is_not_yet_answered(
    said: int, *, is_early: bool
) -> None:
    segments = [CHUNKED, *cut(TINY * 30_000, PIECE)]
    answer = asyncio.run(said_by(segments, is_early=is_early))
    assert status(answer) == said
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "rest", [cut(TINY * 30_000, PIECE), [b"no trailer\r\n"]], ids=["large", "malformed"]
)
def test_a_request_that_waits_for_its_turn_is_refused_without_harm_to_the_answer_before_it(
    rest: Sequence[bytes],
) -> None:
    segments = [GET + b"\r\n", CHUNKED, *rest]
    assert asyncio.run(said_by(segments, is_early=True)) == STARTED + b"haha"
    said = asyncio.run(said_by([GET + b"\r\n", *segments], is_early=True))
    assert (said.count(b"HTTP/1.1 200 "), said.count(b"\r\n\r\nhaha")) == (2, 2)


def test_a_refusal_is_a_whole_answer_with_the_headers_of_the_server() -> None:
    async def said() -> bytes:
        state = ServerState()
        state.default_headers = [(b"server", b"us")]
        async with connected(answered, state=state) as connection:
            await connection.feed(b"no HTTP\r\n\r\n")
            return await connection.said()

    assert asyncio.run(said()) == (
        b"HTTP/1.1 400 Bad Request\r\nserver: us\r\ncontent-type: text/plain; charset=utf-8\r\n"
        b"content-length: 31\r\nconnection: close\r\n\r\nInvalid HTTP request received.\n"
    )


@pytest.mark.parametrize(
    ("segments", "reason", "status", "answered"),
    [
        ([b"no HTTP\r\n\r\n"], "malformed", 400, True),
        ([GET.replace(b"1.1", b"2.0") + b"\r\n"], "malformed", 505, True),
        ([GET + b"Transfer-Encoding: gzip\r\n\r\n"], "malformed", 501, True),
        ([GET + TINY * MAX_HEADERS + b"\r\n"], "head_too_large", 431, True),
        ([largest(GET).replace(b"aa", b"aaa", 1)], "head_too_large", 431, True),
        (cut(GET + b"X-A: " + b"a" * WHOLE, PIECE), "head_too_large", 431, True),
        ([(GET + b"\r\n") * (MAX_WAITING + 2)], "too_many_waiting", 400, False),
    ],
)
def test_why_a_request_was_refused_is_logged(
    segments: Sequence[bytes], reason: str, status: int, *, answered: bool
) -> None:
    with capture_logs() as lines:
        asyncio.run(said_by(segments, is_early=False))

    assert lines == [
        {
            "event": "request_refused",
            "log_level": "info",
            "reason": reason,
            "status": status,
            "answered": answered,
        }
    ]


def test_nothing_is_kept_of_what_arrives_after_a_refusal_while_an_answer_is_due() -> None:
    async def kept() -> int:
        async with connected(Application(is_early=True)) as connection:
            await connection.feed(GET + b"\r\n", GET + b"a: " + bytes(MAX_HEAD_BYTES))
            before, _ = tracemalloc.get_traced_memory()
            await connection.feed(*[bytes(PIECE)] * 200)
            after, _ = tracemalloc.get_traced_memory()
            return after - before

    tracemalloc.start()
    try:
        assert asyncio.run(kept()) < PIECE
    finally:
        tracemalloc.stop()


def test_a_few_requests_may_wait_for_their_turn_and_no_more() -> None:
    last = GET + b"Connection: close\r\n\r\n"
    few = (GET + b"\r\n") * MAX_WAITING + last
    assert asyncio.run(said_to(answered, few)).count(b"HTTP/1.1 200 ") == 1 + MAX_WAITING
    more = GET + b"\r\n" + few
    assert asyncio.run(said_to(answered, more)).count(b"HTTP/1.1 200 ") == 1 + MAX_WAITING


PUT = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
SMALL_PUT = PUT.replace(b"1000000", b"1") + b"\r\n"


@pytest.mark.parametrize(
    "segments",
    [
        [PUT + b"Connection: close\r\n\r\n"],
        [PUT + b"\r\n"],
        [SMALL_PUT, b"x", PUT + b"\r\n"],
    ],
    ids=["last", "kept alive", "after another that was whole in the end"],
)
def test_what_follows_an_answer_is_read_for_a_time_that_nothing_renews(
    segments: Sequence[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linger, "LINGER_SECONDS", 0.2)

    async def bytes_taken() -> int:
        async with connected(answered) as connection:
            await connection.feed(*segments)
            taken = 0
            async with asyncio.timeout(5):
                while not connection.lost.is_set():
                    connection.protocol.data_received(b"x")
                    taken += 1
                    await asyncio.sleep(0.01)
            assert (await connection.said()).startswith(b"HTTP/1.1 200 OK\r\n")
            return taken

    assert 2 < asyncio.run(bytes_taken()) <= 21


def test_a_connection_whose_upload_was_whole_in_the_end_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linger, "LINGER_SECONDS", 0.01)

    async def said() -> bytes:
        async with connected(answered) as connection:
            await connection.feed(SMALL_PUT, b"x")
            await asyncio.sleep(0.05)  # longer than what follows an answer is read
            await connection.feed(GET + b"Connection: close\r\n\r\n")
            return await connection.said()

    assert asyncio.run(said()).count(b"HTTP/1.1 200 ") == 2


@pytest.mark.parametrize(
    ("head", "is_shut_down"),
    [
        (GET + b"Connection: close\r\n\r\n", False),
        (PUT + b"Connection: close\r\n\r\n", True),
        (PUT + b"\r\n", True),
    ],
    ids=["whole", "last, of a server that ends", "kept alive, of a server that ends"],
)
def test_a_connection_is_not_kept_longer_than_it_can_be_of_use(
    head: bytes, *, is_shut_down: bool
) -> None:
    async def lost() -> None:
        async with connected(answered) as connection, asyncio.timeout(2):
            await connection.feed(head)
            if is_shut_down:
                connection.protocol.shutdown()
            await connection.lost.wait()

    asyncio.run(lost())


def test_a_head_that_is_not_read_while_an_answer_is_due_is_not_late() -> None:
    async def said() -> bytes:
        may_answer = asyncio.Event()

        async def answered_late(scope: Scope, receive: Receive, send: Send) -> None:
            await may_answer.wait()
            await answered(scope, receive, send)

        async with connected(answered_late, app_state={HEAD_TIMEOUT: 0.05}) as connection:
            await connection.feed(GET + b"\r\n" + GET + b"\r\n" + GET)
            await connection.send_unseen(b"Connection: close\r\n\r\n")
            await asyncio.sleep(0.2)  # longer than a head may take: it is what is tested
            may_answer.set()
            return await connection.said()

    assert asyncio.run(said()).count(b"HTTP/1.1 200 ") == 3


def test_a_head_is_late_from_the_first_byte_after_an_answer() -> None:
    async def said() -> bytes:
        async with connected(answered, app_state={HEAD_TIMEOUT: 0.05}) as connection:
            await connection.feed(GET + b"\r\n", b"\r\n")  # which begins no head yet
            return await connection.said()

    assert asyncio.run(said()).count(b"HTTP/1.1 408 ") == 1


def test_what_follows_a_last_request_is_no_fault() -> None:
    last = GET + b"Connection: close\r\n\r\n"

    with capture_logs() as lines:
        said = asyncio.run(said_by([last, GET + b"\r\n"], is_early=False))

    assert (said.count(b"HTTP/1.1"), said[-4:], lines) == (1, b"haha", [])


OFFER = SMALL_PUT.removesuffix(b"\r\n") + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"


def test_after_an_upload_that_offers_another_protocol_no_head_is_late() -> None:
    async def said() -> bytes:
        async with connected(answered, app_state={HEAD_TIMEOUT: 0.05}) as connection:
            await connection.feed(OFFER, b"x")
            await asyncio.sleep(0.2)  # longer than a head may take: it is what is tested
            await connection.feed(GET + LAST)
            return await connection.said()

    assert asyncio.run(said()).count(b"HTTP/1.1 200 ") == 2


def test_an_upload_that_offers_another_protocol_is_not_over_before_its_body_has_come() -> None:
    async def read() -> list[Message]:
        found: list[Message] = []

        async def reading(scope: Scope, receive: Receive, send: Send) -> None:
            found.append(await receive())
            await answered(scope, receive, send)

        async with connected(reading) as connection:
            await connection.feed(OFFER, b"x")
            connection.protocol.shutdown()
            await connection.said()
        return found

    assert asyncio.run(read()) == [{"type": "http.request", "body": b"x", "more_body": False}]


def test_half_a_head_behind_a_late_answer_is_late_after_it() -> None:
    async def said() -> bytes:
        app = Application(is_early=False)
        async with connected(app, app_state={HEAD_TIMEOUT: 0.05}) as connection:
            await connection.feed(GET + b"\r\n" + GET)
            await asyncio.sleep(0.2)  # longer than a head may take: it is what is tested
            app.may_finish.set()
            return await connection.said()

    before, _, after = asyncio.run(said()).partition(b"haha")
    assert (status(before), status(after)) == (200, 408)


LAST = b"Connection: close\r\n\r\n"


@pytest.mark.parametrize("segments", [[GET + LAST], [PUT + LAST, b"x"]], ids=["whole", "half"])
def test_a_connection_that_waits_for_its_answer_is_not_idle(segments: Sequence[bytes]) -> None:
    async def said() -> bytes:
        app = Application(is_early=False)
        async with connected(app) as connection:
            connection.protocol.timeout_keep_alive = 0
            await connection.feed(*segments)
            await asyncio.sleep(0.05)  # longer than one may be idle: it is what is tested
            app.may_finish.set()
            return await connection.said()

    assert asyncio.run(said()) == STARTED.replace(b"4\r\n", b"4\r\nconnection: close\r\n") + b"haha"


@pytest.mark.parametrize(
    ("state", "milliseconds"),
    [({}, 120_000), ({DOWNLOAD_IDLE: 1.5}, 1500), ({DOWNLOAD_IDLE: 1e-4}, 1)],
)
def test_the_system_keeps_the_time_of_a_download(
    state: Mapping[str, object], milliseconds: int
) -> None:
    async def kept() -> int:
        async with connected(answered, tcp_pair, app_state=state) as connection:
            ours = connection.protocol.transport.get_extra_info("socket")
            found: int = ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            return found

    assert asyncio.run(kept()) == milliseconds


def test_a_body_that_nobody_reads_is_no_late_head() -> None:
    async def said() -> bytes:
        async with connected(answered, app_state={HEAD_TIMEOUT: 0.05}) as connection:
            await connection.feed(PUT + b"\r\n")
            for _ in range(20):
                await connection.feed(b"x")
                await asyncio.sleep(0.01)  # the client's pace: it is what is tested
            connection.protocol.transport.close()
            return await connection.said()

    assert asyncio.run(said()).count(b"HTTP/1.1") == 1


def test_a_late_head_behind_a_last_answer_gets_no_answer_of_its_own() -> None:
    async def said() -> bytes:
        async with connected(much, app_state={HEAD_TIMEOUT: 0.05}) as connection:
            connection.protocol.data_received(GET + b"Connection: close\r\n\r\n")
            await connection.feed(b"G")
            await asyncio.sleep(0.2)  # longer than a head may take: it is what is tested
            return await connection.said()

    assert asyncio.run(said()).count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("is_pipelined", [True, False])
def test_an_upload_behind_an_answer_has_the_time_that_it_needs(
    monkeypatch: pytest.MonkeyPatch, *, is_pipelined: bool
) -> None:
    monkeypatch.setattr(linger, "LINGER_SECONDS", 0.1)
    upload = GET.replace(b"GET", b"PUT") + b"Content-Length: 20\r\nConnection: close\r\n\r\n"

    async def answered_when_whole(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await answered(scope, receive, send)

    async def said() -> bytes:
        async with connected(answered_when_whole) as connection:
            before = GET + b"\r\n"
            await connection.feed(*([before + upload] if is_pipelined else [before, upload]))
            for _ in range(20):
                await connection.feed(b"x")
                await asyncio.sleep(0.01)  # the client's pace: it is what is tested
            return await connection.said()

    assert asyncio.run(said()).count(b"HTTP/1.1 200 ") == 2


def test_each_byte_behind_a_last_answer_renews_the_time_till_the_next() -> None:
    async def are_lost() -> list[bool]:
        async with connected(answered) as one, connected(answered) as refused:
            for connection, begun in ((one, PUT + LAST), (refused, b"no HTTP\r\n\r\n")):
                connection.protocol.timeout_keep_alive = 1
                await connection.feed(begun)
            for _ in range(30):
                await one.feed(b"x")
                await refused.feed(b"x")
                await asyncio.sleep(0.05)  # the clients' pace: it is what is tested
            return [one.lost.is_set(), refused.lost.is_set()]

    assert asyncio.run(are_lost()) == [False, False]


def test_a_request_in_the_last_turns_of_the_time_is_answered_on_a_connection_that_stays() -> None:
    async def said() -> bytes:
        async with connected(answered) as connection:
            await connection.feed(GET + b"\r\n")
            connection.protocol.timeout_keep_alive_handler()
            await connection.feed(GET + b"\r\n")
            await asyncio.sleep(0.05)  # longer than those turns
            await connection.feed(GET + LAST)
            return await connection.said()

    assert asyncio.run(said()).count(b"HTTP/1.1 200 ") == 3


@pytest.mark.parametrize("rest", [[], [b"x"]])
def test_a_client_that_sends_nothing_more_is_not_waited_for(rest: Sequence[bytes]) -> None:
    async def lost() -> None:
        async with connected(answered) as connection:
            connection.protocol.timeout_keep_alive = 0
            await connection.feed(PUT + b"Connection: close\r\n\r\n", *rest)
            assert (await connection.said()).startswith(b"HTTP/1.1 200 OK\r\n")
            async with asyncio.timeout(5):
                await connection.lost.wait()

    asyncio.run(lost())


@pytest.mark.parametrize("head", [PUT + b"\r\nhalf", GET], ids=["an upload", "half a head"])
def test_nothing_is_kept_of_a_request_whose_client_has_hung_up(head: bytes) -> None:
    async def scenario() -> object:
        async with connected(Application(is_early=False), tcp_pair) as connection:
            await connection.feed(head)
            transport = weakref.ref(connection.protocol._connection)
            connection.hang_up()
            await connection.lost.wait()
        del connection
        await asyncio.sleep(0.01)
        gc.collect()
        return transport()

    assert asyncio.run(scenario()) is None


def test_nothing_is_kept_of_requests_that_were_answered_before_the_last() -> None:
    async def kept() -> int:
        async with connected(answered) as connection:
            await connection.feed(*[GET + b"\r\n"] * 3)
            return len(connection.protocol._unanswered)

    assert asyncio.run(kept()) == 1


def test_a_request_before_the_last_learns_too_that_its_client_has_gone() -> None:
    async def ended() -> int:
        app = Application(is_early=False)
        async with connected(app) as connection:
            await connection.feed((GET + b"\r\n") * 2)
            connection.hang_up()
            await connection.lost.wait()
            await asyncio.sleep(0.01)
            return app.ended

    assert asyncio.run(ended()) == 1


def test_nothing_waits_for_a_connection_that_was_reset() -> None:
    async def waits() -> object:
        async with connected(answered, tcp_pair) as connection:
            await connection.feed(GET + b"\r\n")
            connection.reset()
            connection.protocol.flow.resume_reading()
            await connection.lost.wait()
            return connection.protocol.timeout_keep_alive_task

    assert asyncio.run(waits()) is None


def test_an_upload_whose_connection_is_refused_is_told_that_nobody_is_there() -> None:
    async def ended() -> int:
        app = Application(is_early=True)
        async with connected(app) as connection:
            await connection.feed(CHUNKED, *cut(TINY * 30_000, PIECE))
            assert await connection.said() == STARTED + b"ha"
            await asyncio.sleep(0)
            return app.ended

    assert asyncio.run(ended()) == 1


def test_a_client_that_goes_before_the_end_of_its_answer_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def lost() -> None:
        gone = asyncio.Event()

        async def answered_late(_scope: Scope, _receive: Receive, send: Send) -> None:
            headers = [(b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await gone.wait()
            await send({"type": "http.response.body", "body": b""})
            connection.protocol.transport.write(b"too late")

        async with connected(answered_late, tcp_pair) as connection:
            await connection.feed(PUT + b"Connection: close\r\n\r\n")
            connection.reset()
            gone.set()
            async with asyncio.timeout(5):
                await connection.lost.wait()

    asyncio.run(lost())
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


async def much(_scope: Scope, _receive: Receive, send: Send) -> None:
    body = bytes(10_000_000)
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize(("most", "seconds", "dropped"), [(2, 0.01, 1), (2, 60, 0), (4, 0.01, 0)])
def test_of_too_many_slow_readers_the_slowest_is_dropped(
    most: int, seconds: float, dropped: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_readers, "MAX_SLOW_READERS", most)
    monkeypatch.setattr(slow_readers, "SLOW_SECONDS", seconds)
    logged = LogCapture()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, logged])

    async def readers() -> list[bool]:
        structlog.contextvars.bind_contextvars(request_id="of the last")
        state, found = ServerState(), []
        async with AsyncExitStack() as stack:
            for _ in range(2):
                await stack.enter_async_context(connected(much, tcp_pair, state))
            for _ in range(4):
                connection = await stack.enter_async_context(connected(much, tcp_pair, state))
                found.append(connection)
                await connection.feed(GET + b"\r\n")
                assert connection.protocol.flow.write_paused
                await asyncio.sleep(0.05)  # longer than one may be slow: it is what is tested
            lost = [one.lost.is_set() for one in found]
            for one in found[:dropped]:
                with pytest.raises(ConnectionResetError):  # the system keeps nothing for it
                    await one.said()
            return lost

    assert asyncio.run(readers()) == [True] * dropped + [False] * (4 - dropped)
    assert all(0.1 <= line.pop("seconds") < 60 for line in logged.entries)
    assert logged.entries == [{"event": "slow_reader_dropped", "log_level": "info"}] * dropped


def test_a_reader_that_has_taken_its_answer_is_not_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_readers, "MAX_SLOW_READERS", 1)
    monkeypatch.setattr(slow_readers, "SLOW_SECONDS", 0.01)

    async def readers() -> list[bool]:
        state = ServerState()
        async with AsyncExitStack() as stack:
            found = [
                await stack.enter_async_context(connected(much, tcp_pair, state)) for _ in range(3)
            ]
            await found[0].feed(GET + b"\r\n")
            await found[0].take(10_000_000)
            for connection in found[1:]:
                await connection.feed(GET + b"\r\n")
                await asyncio.sleep(0.05)  # longer than one may be slow: it is what is tested
            return [one.lost.is_set() for one in found]

    assert asyncio.run(readers()) == [False, False, False]


def test_a_slow_reader_that_is_dropped_is_counted_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_readers, "MAX_SLOW_READERS", 2)
    monkeypatch.setattr(slow_readers, "SLOW_SECONDS", 0.5)
    dropped: list[BoundedProtocol] = []

    def drop(connection: BoundedProtocol) -> None:
        dropped.append(connection)
        BoundedSlowReaders.drop(connection)

    monkeypatch.setattr(BoundedProtocol, "drop", drop)

    async def readers() -> list[Connection]:
        state = ServerState()
        async with AsyncExitStack() as stack:
            found = [
                await stack.enter_async_context(connected(much, tcp_pair, state)) for _ in range(5)
            ]
            for connection in found[:3]:
                await connection.feed(GET + b"\r\n")
            await asyncio.sleep(0.6)  # longer than one may be slow
            # These begin to wait in one turn of the loop, before a connection can be gone.
            for connection in found[3:]:
                connection.protocol.data_received(GET + b"\r\n")
            await asyncio.sleep(0)
            assert all(connection.protocol.flow.write_paused for connection in found)
            return found

    assert dropped == [asyncio.run(readers())[0].protocol]
