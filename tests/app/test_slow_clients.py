"""Clients that stop in the middle of what they send or take, and what the log says of it."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.archives import article_of_noise, doccarchive
from tests.app.processes import stopped
from tests.app.scrapes import moved, scrape
from tests.app.serving import CONVERT, NEEDS_PROC, Server, eventually

pytestmark = NEEDS_PROC

HEAD_SECONDS = 0.7
IDLE_SECONDS = 1.5
ARCHIVE = doccarchive("Foo")
LARGE = doccarchive(Noise=article_of_noise(12_000_000))
"""Its bundle is larger than what systems keep for a connection."""

TWO_CHUNKS = doccarchive(Noise=article_of_noise(300_000))
"""Its bundle is sent in two pieces, and the system takes less than the first at once."""


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(
        HEAD_TIMEOUT_SECONDS=HEAD_SECONDS,
        UPLOAD_IDLE_SECONDS=IDLE_SECONDS,
        DOWNLOAD_IDLE_SECONDS=IDLE_SECONDS,
    )


def said(connection: socket.socket) -> bytes:
    """All that comes, till the server closes."""
    found = b""
    while received := connection.recv(65536):
        found += received
    return found


def statuses(server: Server) -> list[int]:
    return [line["status"] for line in server.events("request_finished")]


def head_of(length: int) -> bytes:
    return f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()


@pytest.mark.parametrize("begun", [b"G", b"GET /health HTTP/1.1\r\nHost: x\r\n", b"\r\n"])
def test_a_head_that_stops_is_answered_408(server: Server, begun: bytes) -> None:
    before = len(server.events("request_refused"))

    with server.send(begun) as connection:
        answer = said(connection)

    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert answer.endswith(b"The request's address and headers were not complete after 0.7 s.\n")
    (line,) = server.events("request_refused")[before:]
    assert (line["reason"], line["status"], line["answered"]) == ("head_timeout", 408, True)


def test_a_head_in_drops_has_no_more_time_than_another(server: Server) -> None:
    started = time.monotonic()
    with server.send(b"GET /health HTTP/1.1\r\n") as connection:
        connection.settimeout(HEAD_SECONDS / 10)
        answer = b""
        while not answer:
            try:
                connection.sendall(b"A: b\r\n")
                answer = connection.recv(65536)
            except TimeoutError:
                assert time.monotonic() - started < 10

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_client_that_sends_nothing_is_closed_without_an_answer(server: Server) -> None:
    with server.send(b"") as connection:
        assert said(connection) == b""


def test_a_second_head_that_stops_is_answered_as_the_first_is(server: Server) -> None:
    with server.send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /h") as connection:
        connection.settimeout(10)
        answer = said(connection)

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.count(b"HTTP/1.1 408 ") == 1


def test_half_a_head_does_not_cut_off_the_answer_before_it(
    server: Server, slow_archive: bytes
) -> None:
    with server.begin(slow_archive) as connection:
        connection.sendall(b"GET /h")
        connection.settimeout(60)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_the_rest_of_a_body_that_nobody_reads_is_not_waited_for(
    start_server: Callable[..., Server],
) -> None:
    server = start_server("--timeout-keep-alive", "1")

    with server.send(b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n") as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"a")
        assert b"HTTP/1.1" not in said(connection)


@pytest.mark.parametrize("sent", [b"", ARCHIVE[:100]])
def test_an_upload_that_stops_is_answered_408_and_leaves_nothing(
    server: Server, sent: bytes
) -> None:
    with server.undisturbed(), server.send(head_of(len(ARCHIVE)) + sent) as connection:
        answer = said(connection)

    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b'"code":"upload_stalled"' in answer
    assert b"No data of the upload arrived for 1.5 s." in answer
    assert b"\r\nconnection: close\r\n" in answer.lower()


def test_after_a_pause_of_the_process_what_came_meanwhile_is_read(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(
        *("--timeout-keep-alive", "1"),
        HEAD_TIMEOUT_SECONDS=HEAD_SECONDS,
        UPLOAD_IDLE_SECONDS=IDLE_SECONDS,
    )
    get = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    with (
        server.send(head_of(len(ARCHIVE)) + ARCHIVE[:100]) as upload,
        server.send(get) as kept,
    ):
        answer = b""
        while not answer.endswith(b"}"):
            answer += kept.recv(65536)
        with server.send(get[:10]) as begun:
            eventually(lambda: scrape(server.client)["active_uploads"] == 1, "all have been read")
            with stopped(server.process.pid):
                time.sleep(0.1)  # so that it does stop
                for connection, rest in ((upload, ARCHIVE[100:]), (kept, get), (begun, get[10:])):
                    connection.sendall(rest)
                time.sleep(2 * IDLE_SECONDS)  # longer than each may wait: it is what is tested
            for connection in (upload, kept, begun):
                assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_an_upload_that_goes_on_slowly_is_taken(server: Server) -> None:
    pieces = [ARCHIVE[start : start + 40] for start in range(0, len(ARCHIVE), 40)]
    with server.send(head_of(len(ARCHIVE))) as connection:
        started = time.monotonic()
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(IDLE_SECONDS / 8)  # the client's pace: it is what is tested
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - started > IDLE_SECONDS


def test_a_download_that_stops_is_given_up_and_leaves_nothing(server: Server) -> None:
    before = len(statuses(server))

    with server.undisturbed(), server.begin(LARGE) as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"
        eventually(lambda: 499 in statuses(server)[before:], "it counts as a client that is gone")
        with pytest.raises(ConnectionError):
            said(connection)


def test_a_client_that_goes_while_the_end_of_its_download_waits_is_gone_before_it(
    server: Server,
) -> None:
    before = len(statuses(server))

    with server.undisturbed(), socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(head_of(len(TWO_CHUNKS)) + TWO_CHUNKS)
        assert connection.recv(12) == b"HTTP/1.1 200"
        eventually(lambda: unsent(connection), "the first chunk waits, and the last one behind it")
        connection.close()
        eventually(lambda: len(statuses(server)) > before + 1, "the request has ended")

    assert statuses(server)[before + 1] == 499


def test_the_system_keeps_little_of_a_download_that_stops(server: Server) -> None:
    before = len(statuses(server))
    kept = []
    with server.begin(LARGE) as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"
        while 499 not in statuses(server)[before:]:
            kept.append(unsent(connection))
            time.sleep(0.01)  # till it is given up

    assert 0 < max(kept) < 1_000_000


def unsent(connection: socket.socket) -> int:
    """Bytes that the system keeps for the client's end of a connection of the loopback."""
    ours = f"{connection.getsockname()[1]:04X}"
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    queues = [fields[4] for fields in lines if fields[2].endswith(f":{ours}")]
    return sum(int(queue.partition(":")[0], 16) for queue in queues)


def test_a_download_that_begins_fast_and_goes_on_slowly_is_finished(server: Server) -> None:
    with server.begin(LARGE) as connection:
        head, _, answer = connection.recv(65536).partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        taken = len(answer)
        while taken < length // 2:
            taken += len(connection.recv(65536))
        started = time.monotonic()
        while taken < length:
            taken += len(connection.recv(65536))
            time.sleep(IDLE_SECONDS / 25)  # the client's pace: it is what is tested
        assert (taken, time.monotonic() - started > IDLE_SECONDS) == (length, True)


def test_a_bad_chunk_is_counted_and_logged_as_it_is_answered(server: Server) -> None:
    before = scrape(server.client)
    head = f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()

    with server.send(head + b"3\r\nabc\r\nno chunk\r\n") as connection:
        assert said(connection).startswith(b"HTTP/1.1 400 ")

    counted = f'http_requests_total{{endpoint="{CONVERT}",method="PUT",status="400"}}'
    eventually(lambda: moved(before, scrape(server.client)).get(counted) == 1, "it is counted")
    line = server.events("request_refused")[-1]
    assert (line["reason"], line["status"]) == ("malformed", 400)


def test_what_is_no_http_is_logged_without_its_words(server: Server) -> None:
    before = len(server.events("request_refused"))

    with server.send(b"GET /secret HTTP/1.1\r\nbad header\r\n\r\n") as connection:
        assert said(connection).startswith(b"HTTP/1.1 400 ")

    (line,) = server.events("request_refused")[before:]
    assert (line["reason"], line["status"], line["answered"]) == ("malformed", 400, True)
    assert "secret" not in server.log.read_text()
