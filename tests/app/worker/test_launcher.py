"""Children: what comes back from them, and that nothing of them is left."""

import asyncio
import errno
import os
import resource
import threading
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from app.worker.launcher import CannotStart, Ended, Launcher
from app.worker.protocol import MAX_REPLY_BYTES
from app.worker.sent_file import SentFile
from tests.app.processes import is_running
from tests.app.serving import NEEDS_PROC, eventually
from tests.app.worker import jobs

pytestmark = NEEDS_PROC


@pytest.fixture(scope="module")
def launcher() -> Launcher:
    launcher = Launcher()
    asyncio.run(launcher.run(jobs.echo, "warm", timeout=10))
    return launcher


@pytest.fixture(autouse=True)
def _no_descriptor_is_left(launcher: Launcher) -> Iterator[None]:  # noqa: ARG001  # warm before
    before = descriptors()
    yield
    assert descriptors() == before


def descriptors() -> list[str]:
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def test_what_a_child_says_comes_back(launcher: Launcher) -> None:
    assert asyncio.run(launcher.run(jobs.echo, "hello", timeout=10)) == Ended(b"hello", 0)


def test_a_child_reads_and_writes_files_without_a_name(launcher: Launcher, tmp_path: Path) -> None:
    with FileIO(os.open(tmp_path, os.O_TMPFILE | os.O_RDWR), "r+") as file:
        written = launcher.run(jobs.write, SentFile(file), b"from the child", timeout=10)
        assert asyncio.run(written) == Ended(b"done", 0)
        assert os.pread(file.fileno(), 100, 0) == b"from the child"

        read = launcher.run(jobs.read, SentFile(file), timeout=10)
        assert asyncio.run(read) == Ended(b"from the child", 0)


def test_children_run_side_by_side(launcher: Launcher) -> None:
    async def scenario() -> list[Ended]:
        return await asyncio.gather(
            *(launcher.run(jobs.echo, str(number), timeout=30) for number in range(10))
        )

    assert [ended.reply for ended in asyncio.run(scenario())] == [b"%d" % n for n in range(10)]


def test_a_child_that_is_killed_has_said_nothing(launcher: Launcher) -> None:
    assert asyncio.run(launcher.run(jobs.kill_itself, timeout=10)) == Ended(b"", -9)


def test_a_child_that_ends_early_is_told_by_its_exit_code(launcher: Launcher) -> None:
    assert asyncio.run(launcher.run(jobs.exit_with, 7, timeout=10)) == Ended(b"", 7)


def test_a_child_that_takes_too_long_is_killed(launcher: Launcher) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(launcher.run(jobs.sleep, timeout=0.3))


@pytest.mark.parametrize("left", [0.0, 1e-9, 0.001])
def test_a_child_that_comes_too_late_costs_no_other_its_life(
    launcher: Launcher, left: float
) -> None:
    async def scenario() -> Ended:
        other = asyncio.create_task(launcher.run(jobs.echo_after, 0.3, "alive", timeout=10))
        for _ in range(5):
            with pytest.raises(TimeoutError):
                await launcher.run(jobs.sleep, timeout=left)
        return await other

    assert asyncio.run(scenario()) == Ended(b"alive", 0)


def test_a_child_that_says_too_much_is_killed(launcher: Launcher) -> None:
    ended = asyncio.run(launcher.run(jobs.talk_without_end, timeout=10))

    assert ended.exit_code == -9
    assert MAX_REPLY_BYTES < len(ended.reply) <= 2 * MAX_REPLY_BYTES


def test_what_a_child_has_started_is_killed_with_it(launcher: Launcher, tmp_path: Path) -> None:
    with FileIO(os.open(tmp_path, os.O_TMPFILE | os.O_RDWR), "r+") as pid_file:
        with pytest.raises(TimeoutError):
            asyncio.run(launcher.run(jobs.have_a_child, SentFile(pid_file), timeout=1))
        grandchild = int(os.pread(pid_file.fileno(), 20, 0))

    eventually(lambda: not is_running(grandchild), "the child's child is gone")


@pytest.mark.parametrize("delay", [0, 0.001, 0.002, 0.005, 0.3])
def test_a_caller_that_is_cancelled_leaves_nothing(launcher: Launcher, delay: float) -> None:
    async def scenario() -> None:
        caller = asyncio.create_task(launcher.run(jobs.sleep, timeout=60))
        await asyncio.sleep(delay)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_without_a_process_there_is_no_child(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr("multiprocessing.popen_forkserver.Popen._launch", refuse)

    assert reason_not_to_start(launcher) == "Resource temporarily unavailable"


def test_a_start_that_finds_too_few_descriptors_leaves_none_open_and_ends_no_other_child(
    launcher: Launcher,
) -> None:
    forkserver = running_forkserver()
    before = descriptors()

    with capture_logs() as lines:
        found = [asyncio.run(start_with(launcher, free)) for free in range(25)]

    assert descriptors() == before
    assert found[0] is None
    assert found[-1] == Ended(b"hello", 0)
    assert {line["reason"] for line in lines} == {"Too many open files"}
    assert asyncio.run(launcher.run(jobs.echo, "hello", timeout=10)) == Ended(b"hello", 0)
    assert running_forkserver() == forkserver


async def start_with(launcher: Launcher, free: int) -> Ended | None:
    """What becomes of a child while only so many descriptors are free; None if it cannot start."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = {int(name) for name in descriptors()}
    limit = [number for number in range(max(used) + 50) if number not in used][free]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        return await launcher.run(jobs.echo, "hello", timeout=10)
    except CannotStart:
        return None
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def running_forkserver() -> int:
    (pid,) = (
        one.pid
        for one in psutil.Process().children()
        if "multiprocessing.forkserver" in " ".join(one.cmdline())
    )
    return pid


def test_a_system_without_a_thread_to_spare_is_reported(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: threading.Timer) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("app.worker.launcher.Timer.start", refuse)

    assert reason_not_to_start(launcher) == "can't start new thread"


def reason_not_to_start(launcher: Launcher) -> str:
    """Why a child could not be started, by the one line in the log."""
    with capture_logs() as lines, pytest.raises(CannotStart):
        asyncio.run(launcher.run(jobs.echo, "hello", timeout=10))
    (line,) = lines
    assert line["event"] == "child_not_started"
    return str(line["reason"])


def test_a_forkserver_that_answered_in_time_lives_on(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.worker.launcher._START_SECONDS", 0.5)

    ended = asyncio.run(launcher.run(jobs.echo_after, 1.5, "alive", timeout=10))

    assert ended == Ended(b"alive", 0)
