"""More clients than the service can serve, and fewer descriptors than it needs."""

import resource
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Barrier

import psutil
import pytest

from app.http.idle import DEFAULT_MAX_IDLE
from app.services.upload_slots import GRACE_SECONDS
from tests.app.archives import doccarchive
from tests.app.scrapes import moved, scrape
from tests.app.serving import CONVERT, NEEDS_PROC, Server, eventually, problem

pytestmark = NEEDS_PROC

CLIENTS = 200
IDLE = 1500
TOGETHER = 2000
"""Descriptors of these tests for that, or of the server."""
ARCHIVE = doccarchive(*(f"Page{number}" for number in range(50)))


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(CONVERSION_SLOTS=2, CONVERSION_QUEUE=8, CONVERSION_QUEUE_WAIT_SECONDS=2)


@pytest.fixture
def undisturbed(server: Server) -> Iterator[Server]:
    with server.undisturbed():
        yield server


def test_two_hundred_clients_with_slow_uploads_and_hang_ups(undisturbed: Server) -> None:
    """A third goes in mid-upload, a third sends the rest in small pieces, a third at once."""
    together = Barrier(CLIENTS)

    def client(number: int) -> int | None:
        half = len(ARCHIVE) // 2
        with undisturbed.send(head(len(ARCHIVE)) + ARCHIVE[:half]) as connection:
            together.wait(30)
            if number % 3 == 0:
                return None
            size = 64 if number % 3 == 1 else len(ARCHIVE)
            for start in range(half, len(ARCHIVE), size):
                connection.sendall(ARCHIVE[start : start + size])
            return status(connection)

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = Counter(pool.map(client, range(CLIENTS)))

    assert statuses[None] == len(range(0, CLIENTS, 3))
    assert set(statuses) == {None, 200, 503}
    assert statuses[200] >= 10
    refused = [one for one in undisturbed.events("request_finished") if one["status"] == 503]
    assert {one["code"] for one in refused} == {"busy"}
    assert undisturbed.events("request_crashed") == []


def test_clients_that_never_send_do_not_keep_others_out(undisturbed: Server) -> None:
    with ExitStack() as idle:
        for _ in range(CLIENTS):
            idle.enter_context(undisturbed.send(head(len(ARCHIVE)) + ARCHIVE[:10]))

        eventually(lambda: undisturbed.put(ARCHIVE).status_code == 200, "they are judged")


def test_slow_uploads_give_way_to_new_ones(start_server: Callable[..., Server]) -> None:
    server = start_server(UPLOAD_SLOTS=2, CONVERSION_SLOTS=1)
    before = scrape(server.client)
    with server.undisturbed(), ExitStack() as idle:
        slowest, slow = (
            idle.enter_context(server.send(head(len(ARCHIVE)) + ARCHIVE[:size]))
            for size in (10, 20)
        )
        eventually(lambda: scrape(server.client)["active_uploads"] == 2, "both arrive")

        time.sleep(GRACE_SECONDS)
        assert server.put(ARCHIVE).status_code == 200
        assert status(slowest) == 503
        slow.sendall(ARCHIVE[20:])
        assert status(slow) == 200

    (line,) = (one for one in server.events("request_finished") if one.get("code") == "busy")
    assert line["request_bytes"] == 10
    counted = moved(before, scrape(server.client))
    assert counted['conversions_total{outcome="rejected_busy"}'] == 1
    assert "active_uploads" not in counted


def test_an_upload_without_a_slot_is_refused_before_it_has_a_file(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(UPLOAD_SLOTS=1)
    with server.send(head(8 << 20) + bytes(4 << 20)):  # fast enough to stay
        eventually(lambda: scrape(server.client)["active_uploads"] == 1, "it arrives")
        server.workspace.rmdir()
        refused = server.put(ARCHIVE)
    server.workspace.mkdir()

    assert problem(refused)["detail"] == (
        "All upload slots are taken and none of the uploads is slow."
    )


@pytest.mark.parametrize("left", [0, 1, 2])
def test_without_descriptors_clients_are_told_to_come_back(undisturbed: Server, left: int) -> None:
    # The connection is there before, and kept.
    assert undisturbed.client.get("/health").status_code == 200

    with descriptors_left(undisturbed, left):
        answer = undisturbed.put(doccarchive("Foo"))

    # Upload, result and pipe want one each; what the service reads of itself comes in between.
    assert problem(answer)["code"] in {"busy", "converter_unavailable"}
    assert int(answer.headers["Retry-After"]) > 0


def test_connections_beyond_the_descriptors_do_no_lasting_harm(
    undisturbed: Server,
) -> None:
    with descriptors_left(undisturbed, 20) as limit, ExitStack() as crowd:
        for _ in range(40):
            crowd.enter_context(undisturbed.send(head(10)))
        eventually(lambda: free_descriptors(undisturbed)[0] >= limit, "none is left")
        crowd.close()
        eventually(lambda: free_descriptors(undisturbed)[0] < limit, "some are left again")
        assert undisturbed.put(doccarchive("Foo")).status_code in {200, 503}


def test_idle_connections_do_not_keep_others_out(start_server: Callable[..., Server]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < TOGETHER:
        pytest.skip(f"SKIPPED: no process here may open {TOGETHER} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))  # what the server starts with
    server = start_server(HEAD_TIMEOUT_SECONDS=600)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # for the clients here
    try:
        with server.undisturbed(), ExitStack() as idle:
            for _ in range(IDLE):
                idle.enter_context(server.send(b""))
            with server.send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n") as health:
                assert status(health) == 200  # it came last: the others have been accepted
            eventually(lambda: connections(server) <= DEFAULT_MAX_IDLE + 1, "some have ended")
            assert server.put(ARCHIVE).status_code == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def head(length: int) -> bytes:
    return f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()


def status(connection: socket.socket) -> int:
    connection.settimeout(60)
    return int(connection.recv(12).split()[1])


def free_descriptors(server: Server) -> list[int]:
    """The numbers that the server's next files would get."""
    used = {int(one.name) for one in Path(f"/proc/{server.process.pid}/fd").iterdir()}
    return [number for number in range(max(used) + 50) if number not in used]


def connections(server: Server) -> int:
    """How many clients are connected."""
    ours = psutil.Process(server.process.pid).net_connections("tcp")
    return len([one for one in ours if one.laddr.port == server.port and one.raddr])


@contextmanager
def descriptors_left(server: Server, left: int) -> Iterator[int]:
    """The server may open `left` more files within the block; gives its limit."""
    pid = server.process.pid
    # What the test before has closed may be closed here only now.
    eventually(lambda: connections(server) == 1, "only the client's own connection is left")
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    limit = free_descriptors(server)[left]
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, before[1]))
    try:
        yield limit
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
