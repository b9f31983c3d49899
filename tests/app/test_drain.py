"""A service that takes no new conversions, by request or because it stops."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.core.errors import ErrorCode, ServiceError
from app.services.drain import Drain
from tests.app.archives import doccarchive
from tests.app.lingering import downloading, large_when_converted, uploading
from tests.app.processes import is_running
from tests.app.serving import DEADLINE_SECONDS, NEEDS_PROC, Server, eventually, held, problem

pytestmark = NEEDS_PROC

ROOT, SERVICE, STRANGER = 0, 10001, 65534


def test_while_the_file_exists_conversions_are_sent_away_and_health_goes_on(
    start_server: Callable[..., Server],
) -> None:
    server = start_server()
    file = server.workspace / "DRAIN"

    with server.undisturbed():
        file.touch()
        refused = server.put(doccarchive("Foo"))
        ready = server.client.get("/health/ready")
        alive = server.client.get("/health")
        file.unlink()

    told = problem(refused)
    assert (told["code"], told["detail"]) == (
        "draining",
        "The service accepts no new conversions at present.",
    )
    assert refused.headers["Retry-After"] == "30"
    assert ready.status_code == 503
    assert ready.json()["checks"]["admission"] == {
        "ok": False,
        "detail": "The service is draining: it accepts no new conversions while "
        "WORKSPACE_DIR contains a file DRAIN.",
    }
    assert alive.status_code == 200


def test_a_service_that_stops_finishes_what_it_has_begun_and_sends_others_away(
    start_server: Callable[..., Server], slow_archive: bytes
) -> None:
    server = start_server()
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(server.put, slow_archive)
        eventually(server.children, "the conversion runs")
        forkserver = server.forkserver()
        server.process.send_signal(signal.SIGTERM)
        eventually(server.drains, "it drains")
        refused = server.put(doccarchive("Foo"))
        told = server.client.get("/health/ready").json()["checks"]["admission"]["detail"]

        assert problem(refused)["code"] == "draining"
        assert told == "The service is stopping: it accepts no new conversions."
        assert begun.result().status_code == 200
    assert server.process.wait(15) == -signal.SIGTERM
    eventually(lambda: not is_running(forkserver), "the forkserver has followed")


def test_a_conversion_that_outlasts_the_grace_is_ended_and_told(
    start_server: Callable[..., Server], slow_archive: bytes
) -> None:
    server = start_server(SHUTDOWN_GRACE_SECONDS=0.1)
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(server.put, slow_archive)
        (child,) = eventually(server.converting, "the conversion runs")
        server.process.send_signal(signal.SIGTERM)

        document = problem(begun.result())
    assert (document["code"], document["detail"]) == (
        "draining",
        "The service was stopped before this conversion had finished.",
    )
    assert server.process.wait(15) == -signal.SIGTERM
    assert not is_running(child)
    (event,) = server.events("conversion_finished")
    assert (event["level"], event["outcome"], event["code"], event["detail"]) == (
        *("error", "server_error", "draining"),
        document["detail"],
    )


def test_an_upload_that_does_not_end_does_not_keep_the_service_from_stopping(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(SHUTDOWN_GRACE_SECONDS=0.1)
    with uploading(server) as connection:
        server.process.send_signal(signal.SIGTERM)

        assert connection.recv(1024).startswith(b"HTTP/1.1 503 ")
        assert server.process.wait(15) == -signal.SIGTERM


def test_a_download_that_outlasts_the_time_for_downloads_is_cut_off_without_a_traceback(
    start_server: Callable[..., Server],
) -> None:
    server = start_server("--timeout-graceful-shutdown", "1")
    with downloading(server):
        server.process.send_signal(signal.SIGTERM)

        assert server.process.wait(15) == -signal.SIGTERM
    (request,) = server.events("request_finished")
    assert (request["status"], request["response_bytes"] > 0) == (503, True)
    assert [line for line in server.lines() if '"level": "error"' in line] == [
        line for line in server.lines() if "Cancel 1 running task(s)" in line
    ]
    assert not any("Traceback" in line for line in server.lines())


def test_a_download_that_begins_while_the_service_drains_does_not_keep_its_port_open(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(SHUTDOWN_GRACE_SECONDS=600)
    with server.begin(large_when_converted()) as connection:
        with held(server):
            server.process.send_signal(signal.SIGTERM)
            eventually(server.drains, "it drains")

        assert connection.recv(12) == b"HTTP/1.1 200"
        eventually(lambda: not server.accepts(), "the port is closed")
    assert server.process.wait(DEADLINE_SECONDS) == -signal.SIGTERM


@pytest.mark.parametrize(("owner", "is_heeded"), [(SERVICE, True), (ROOT, True), (STRANGER, False)])
def test_a_file_is_heeded_that_the_service_or_root_has_made_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: int, is_heeded: bool
) -> None:
    drain = Drain(workspace=tmp_path, grace_seconds=1)
    file = tmp_path / "DRAIN"
    file.touch()
    given_to(file, owner)
    monkeypatch.setattr(os, "geteuid", lambda: SERVICE)

    assert (drain.is_on, drain.ignores_file) == (is_heeded, not is_heeded)
    file.unlink()
    assert (drain.is_on, drain.ignores_file) == (False, False)


def test_a_link_of_a_stranger_to_a_file_of_root_is_not_heeded(tmp_path: Path) -> None:
    link = tmp_path / "DRAIN"
    link.symlink_to("/etc/passwd")
    given_to(link, STRANGER)

    assert not Drain(workspace=tmp_path, grace_seconds=1).is_on


def test_a_workspace_that_cannot_be_looked_into_does_not_drain(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    drain = Drain(workspace=tmp_path / "file", grace_seconds=1)

    assert (drain.is_on, drain.ignores_file) == (False, False)


def test_readiness_says_that_a_file_is_of_another_user(app: FastAPI, tmp_path: Path) -> None:
    (tmp_path / "DRAIN").touch()
    given_to(tmp_path / "DRAIN", STRANGER)

    answer = TestClient(app).get("/health/ready")

    assert answer.status_code == 200
    assert answer.json()["checks"]["admission"] == {
        "ok": True,
        "detail": "Conversions are accepted; a file DRAIN exists but is ignored, "
        "because another user created it.",
    }


def given_to(file: Path, owner: int) -> None:
    if os.geteuid() != ROOT:
        pytest.skip("SKIPPED: only root can give a file to another user")
    os.chown(file, owner, -1, follow_symlinks=False)


def test_a_hang_up_while_inside_is_no_drain(tmp_path: Path) -> None:
    drain = Drain(workspace=tmp_path, grace_seconds=1)

    async def scenario() -> None:
        inside = asyncio.Event()
        task = asyncio.create_task(wait_inside(drain, inside))
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await drain.stop()
        with pytest.raises(ServiceError) as caught:
            await wait_inside(drain, inside)
        assert caught.value.code is ErrorCode.DRAINING

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_a_conversion_that_is_ended_answers_as_one_that_nobody_has_cancelled(
    tmp_path: Path,
) -> None:
    drain = Drain(workspace=tmp_path, grace_seconds=0)

    async def request(inside: asyncio.Event) -> tuple[ErrorCode, int]:
        with pytest.raises(ServiceError) as caught:
            await wait_inside(drain, inside)
        task = asyncio.current_task()
        assert task is not None
        return caught.value.code, task.cancelling()

    async def scenario() -> tuple[ErrorCode, int]:
        inside = asyncio.Event()
        task = asyncio.create_task(request(inside))
        await inside.wait()
        await drain.stop()
        return await task

    assert asyncio.run(asyncio.wait_for(scenario(), 10)) == (ErrorCode.DRAINING, 0)


def test_stopping_takes_as_long_as_those_inside_and_not_all_the_grace(tmp_path: Path) -> None:
    drain = Drain(workspace=tmp_path, grace_seconds=600)

    async def scenario() -> bool:
        inside, finish = asyncio.Event(), asyncio.Event()
        request = asyncio.create_task(wait_inside(drain, inside, finish))
        await inside.wait()
        stopping = asyncio.create_task(drain.stop())
        await asyncio.sleep(0)
        is_early = stopping.done()
        finish.set()
        await asyncio.gather(request, stopping)
        return is_early

    assert asyncio.run(asyncio.wait_for(scenario(), 10)) is False


def test_who_has_left_is_not_ended_while_his_answer_is_sent(tmp_path: Path) -> None:
    drain = Drain(workspace=tmp_path, grace_seconds=0)

    async def scenario() -> str:
        left, sent = asyncio.Event(), asyncio.Event()

        async def request() -> str:
            async with drain.inside():
                pass
            left.set()
            await sent.wait()
            return "sent"

        task = asyncio.create_task(request())
        await left.wait()
        await drain.stop()
        sent.set()
        return await task

    assert asyncio.run(asyncio.wait_for(scenario(), 10)) == "sent"


def test_who_comes_while_the_disk_hangs_is_sent_away_if_the_service_stops_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drain = Drain(workspace=tmp_path, grace_seconds=1)
    asked, answers = threading.Event(), threading.Event()

    def owner(_file: Path) -> None:
        asked.set()
        assert answers.wait(DEADLINE_SECONDS), "nobody else could do anything"

    monkeypatch.setattr("app.services.drain._owner", owner)

    async def ask() -> None:
        async with drain.inside():
            pytest.fail("it was let in")

    async def scenario() -> ErrorCode:
        request = asyncio.create_task(ask())
        await asyncio.to_thread(asked.wait, DEADLINE_SECONDS)
        await drain.stop()
        answers.set()
        with pytest.raises(ServiceError) as caught:
            await request
        return caught.value.code

    assert asyncio.run(scenario()) is ErrorCode.DRAINING


async def wait_inside(
    drain: Drain, inside: asyncio.Event, finish: asyncio.Event | None = None
) -> None:
    async with drain.inside():
        inside.set()
        await (finish or asyncio.Event()).wait()
