"""Conversions that do not get to their end: hang-ups, queues, timeouts, killed processes."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.app.archives import article, article_of_noise, doccarchive, slow_doccarchive
from tests.app.processes import children_of, command_of, is_running, stopped
from tests.app.serving import (
    CONVERT,
    DEADLINE_SECONDS,
    NEEDS_PROC,
    Server,
    eventually,
    held,
    problem,
)

pytestmark = NEEDS_PROC

QUEUE_WAIT_SECONDS = 0.3
LITTLE_MEMORY = 70 * 1024 * 1024


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(
        CONVERSION_SLOTS=1, CONVERSION_QUEUE=1, CONVERSION_QUEUE_WAIT_SECONDS=QUEUE_WAIT_SECONDS
    )


@pytest.fixture
def undisturbed(server: Server) -> Iterator[Server]:
    with server.undisturbed():
        yield server


def test_a_client_that_hangs_up_while_it_uploads_leaves_nothing(undisturbed: Server) -> None:
    head = f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n".encode()
    before = len(undisturbed.events("conversion_finished"))

    undisturbed.send(head + bytes(500_000)).close()

    eventually(lambda: last_status(undisturbed) == 499, "the hang-up is logged")
    assert len(undisturbed.events("conversion_finished")) == before


def test_a_client_that_hangs_up_while_it_waits_has_its_conversion_ended(
    undisturbed: Server, slow_archive: bytes
) -> None:
    connection = undisturbed.begin(slow_archive)
    eventually(undisturbed.children, "the conversion runs")

    connection.close()

    eventually(lambda: last_status(undisturbed) == 499, "the hang-up is logged")
    assert undisturbed.children() == []
    assert undisturbed.events("conversion_finished")[-1]["outcome"] == "cancelled"


def test_a_client_that_has_sent_another_request_and_hangs_up_ends_its_conversion(
    undisturbed: Server, slow_archive: bytes
) -> None:
    connection = undisturbed.begin(slow_archive)
    connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    with held(undisturbed):  # so that it cannot end by itself
        connection.close()
        eventually(lambda: last_status(undisturbed) == 499, "the hang-up is logged")

    assert undisturbed.events("conversion_finished")[-1]["outcome"] == "cancelled"
    assert [line for line in undisturbed.lines() if "Exception in ASGI application" in line] == []


def test_a_client_that_hangs_up_while_it_downloads_leaves_nothing(undisturbed: Server) -> None:
    connection = undisturbed.begin(doccarchive("Foo", noise=article_of_noise(8_000_000)))
    assert connection.recv(12) == b"HTTP/1.1 200"

    connection.close()

    eventually(lambda: last_status(undisturbed) == 499, "the hang-up is logged")
    assert undisturbed.events("conversion_finished")[-1]["outcome"] == "success"


def test_an_upload_that_finds_slots_and_queue_full_is_refused_at_once(
    undisturbed: Server, slow_archive: bytes
) -> None:
    with undisturbed.begin(slow_archive):
        eventually(undisturbed.children, "the conversion runs")
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(undisturbed.put, [doccarchive("Foo")] * 2))

    details = sorted(problem(answer)["detail"] for answer in answers)
    assert [answer.status_code for answer in answers] == [503, 503]
    assert [answer.headers["Retry-After"] for answer in answers] == ["1", "1"]
    assert details == [
        "All conversion slots are taken, and none became free within 0.3 s.",
        "All conversion slots are taken, and the queue is full.",
    ]


def test_a_client_that_hangs_up_in_the_queue_gives_its_place_back(
    undisturbed: Server, slow_archive: bytes
) -> None:
    with undisturbed.begin(slow_archive):
        eventually(undisturbed.children, "the conversion runs")
        before = hang_ups(undisturbed)
        for more in range(1, 4):
            undisturbed.begin(doccarchive("Foo")).close()
            eventually(partial(has_hang_ups, undisturbed, before + more), "it is logged")
        answer = undisturbed.put(doccarchive("Foo"))

    assert "none became free" in problem(answer)["detail"]


def test_a_killed_child_is_our_fault_and_the_next_conversion_works(
    undisturbed: Server, slow_archive: bytes
) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(undisturbed.put, slow_archive)
        (child,) = eventually(undisturbed.converting, "the conversion runs")
        os.kill(child, signal.SIGKILL)

    assert problem(answer.result())["code"] == "conversion_failed"
    last = undisturbed.events("conversion_finished")[-1]
    assert (last["outcome"], last["child_ended_by"]) == ("server_error", "signal 9 (Killed)")


def test_the_child_leads_a_process_group_of_its_own(server: Server, slow_archive: bytes) -> None:
    with server.begin(slow_archive):
        eventually(server.children, "the conversion runs")
        (child,) = server.children()
        eventually(lambda: os.getsid(child) == os.getpgid(child) == child, "it leads its session")
    eventually(server.is_idle, "the hang-up ends it")


def test_what_python_warns_of_is_a_line_of_the_log_like_any_other(server: Server) -> None:
    before = len(server.lines())
    (tracker,) = (
        pid for pid in children_of(server.process.pid) if b"resource_tracker" in command_of(pid)
    )

    os.kill(tracker, signal.SIGKILL)
    eventually(lambda: not is_running(tracker), "it is dead")
    assert server.put(doccarchive("Foo")).status_code == 200

    (line,) = (
        line for line in map(json.loads, server.lines()[before:]) if line["logger"] == "py.warnings"
    )
    assert line["level"] == "warning"
    assert "resource_tracker: process died unexpectedly" in line["event"]


def test_after_the_forkserver_was_killed_conversions_go_on(server: Server) -> None:
    killed = server.forkserver()
    os.kill(killed, signal.SIGKILL)

    statuses = [server.put(doccarchive("Foo")).status_code for _ in range(3)]

    assert statuses[1:] == [200, 200]
    assert statuses[0] in {200, 503}
    assert server.forkserver() != killed


@pytest.mark.parametrize("removed", ["docc2context-*", "docc2context-*/*"])
def test_whoever_tidies_up_temporary_files_costs_no_answer(server: Server, removed: str) -> None:
    assert server.put(doccarchive("Foo")).status_code == 200
    before = server.forkserver()
    (path,) = server.temporary.glob(removed)
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    assert server.put(doccarchive("Foo")).status_code == 200

    assert server.forkserver() != before
    assert server.events("forkserver_killed")[-1]["reason"] == "its socket was removed"


def test_a_forkserver_that_hangs_costs_one_answer_and_is_replaced(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(CONVERSION_SLOTS=1)
    hung = server.forkserver()

    with server.undisturbed(), stopped(hung):
        answer = server.client.put(CONVERT, content=doccarchive("Foo"), timeout=DEADLINE_SECONDS)

        assert problem(answer)["code"] == "converter_unavailable"
        assert answer.elapsed.total_seconds() < 8  # the limit of 5, and time for the answer
        assert server.put(doccarchive("Foo")).status_code == 200
        assert server.forkserver() != hung

    (killed,) = server.events("forkserver_killed")
    assert killed["pid"] == hung


def test_readiness_does_not_hang_with_the_forkserver(start_server: Callable[..., Server]) -> None:
    server = start_server()

    def told() -> tuple[int, bool]:
        answer = server.client.get("/health/ready", timeout=DEADLINE_SECONDS)
        return answer.status_code, answer.json()["checks"]["converter"]["ok"]

    with stopped(server.forkserver()):
        eventually(lambda: told() == (503, False), "it is found that the forkserver hangs")
        eventually(lambda: told() == (200, True), "another one answers")


def test_a_conversion_that_ends_while_the_forkserver_hangs_is_answered(
    undisturbed: Server, slow_archive: bytes
) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(undisturbed.put, slow_archive)
        eventually(undisturbed.converting, "the conversion runs")
        with stopped(undisturbed.forkserver()):
            assert answer.result(60).status_code == 200


def test_a_server_whose_forkserver_hangs_stops_in_time(start_server: Callable[..., Server]) -> None:
    server = start_server(CONVERSION_TIMEOUT_SECONDS=1, SHUTDOWN_GRACE_SECONDS=1)

    with stopped(server.forkserver()), server.begin(doccarchive("Foo")):
        eventually(lambda: not server.is_idle(), "the conversion has begun")
        server.stop()


def test_a_forkserver_killed_in_mid_conversion_takes_the_child_with_it(
    undisturbed: Server, slow_archive: bytes
) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(undisturbed.put, slow_archive)
        (child,) = eventually(undisturbed.converting, "the conversion runs")
        undisturbed.kill_forkserver()

    assert problem(answer.result())["code"] == "conversion_failed"
    assert not is_running(child)


def test_a_service_killed_in_mid_conversion_leaves_nothing(
    start_server: Callable[..., Server], slow_archive: bytes
) -> None:
    server = start_server()
    with server.begin(slow_archive):
        (child,) = eventually(server.converting, "the conversion runs")
        forkserver = server.forkserver()

        server.process.kill()

        eventually(lambda: not is_running(child), "the child is gone")
        eventually(lambda: not is_running(forkserver), "the forkserver is gone")
    assert list(server.workspace.iterdir()) == []


def test_an_archive_that_needs_too_much_memory_is_told_so(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(CONVERSION_MEMORY_BYTES=LITTLE_MEMORY)

    with server.undisturbed():
        for archive in (many_small_nodes(), doccarchive(noise=article_of_noise(16_000_000))):
            document = problem(server.put(archive))

            assert (document["code"], document["limit"]) == (
                "conversion_limit_exceeded",
                LITTLE_MEMORY,
            )
            last = server.events("conversion_finished")[-1]
            assert (last["outcome"], last["code"]) == ("client_error", document["code"])


def test_an_archive_that_needs_too_much_cpu_time_is_told_so(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(CONVERSION_CPU_SECONDS=1)
    archive = slow_doccarchive(40_000)

    with server.undisturbed():
        document = problem(server.put(archive))

        assert (document["code"], document["limit"]) == ("conversion_limit_exceeded", 1)
        assert document["detail"] == (
            "The conversion of this archive needs more than 1 s of CPU time."
        )


def test_a_conversion_that_takes_too_long_is_stopped(
    start_server: Callable[..., Server], slow_archive: bytes
) -> None:
    server = start_server(CONVERSION_TIMEOUT_SECONDS=0.5)

    with server.undisturbed():
        document = problem(server.put(slow_archive))

        assert document["code"] == "conversion_timeout"
        assert document["detail"] == "The conversion was stopped after 0.5 s."
        assert server.events("conversion_finished")[-1]["outcome"] == "timeout"


def test_the_loop_answers_while_conversions_run(server: Server, slow_archive: bytes) -> None:
    with server.begin(slow_archive):
        eventually(server.children, "the conversion runs")
        assert server.client.get("/health").elapsed.total_seconds() < 0.5
    eventually(server.is_idle, "the hang-up ends it")


def test_a_server_that_is_stopped_leaves_no_process(start_server: Callable[..., Server]) -> None:
    server = start_server()
    server.put(doccarchive("Foo"))
    forkserver = server.forkserver()

    server.stop()

    assert server.process.returncode == -signal.SIGTERM
    eventually(lambda: not is_running(forkserver), "the forkserver has followed")


def many_small_nodes() -> bytes:
    """One page that takes twenty times its size as objects."""
    text = json.dumps(article("Big") | {"abstract": ["@"]})
    nodes = ",".join(['{"type":"emphasis","inlineContent":[]}'] * 300_000)
    return doccarchive("Foo", big=text.replace('"@"', nodes).encode())


def last_status(server: Server) -> int:
    status: int = server.events("request_finished")[-1]["status"]
    return status


def has_hang_ups(server: Server, count: int) -> bool:
    return hang_ups(server) == count


def hang_ups(server: Server) -> int:
    return [event["status"] for event in server.events("request_finished")].count(499)
