"""Where the forkserver's socket lies, and its end."""

import asyncio
import json
import multiprocessing.forkserver
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.worker import forkserver
from app.worker.launcher import CannotStart, Ended, Launcher
from tests.app.processes import stopped
from tests.app.serving import NEEDS_PROC, eventually
from tests.app.worker import jobs

pytestmark = NEEDS_PROC


@pytest.fixture(autouse=True)
def _new_forkserver() -> Iterator[None]:
    forkserver.end()
    yield
    forkserver.end()


def test_a_long_path_for_temporary_files_keeps_no_child_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))

    assert asyncio.run(Launcher().run(jobs.echo, "hello", timeout=10)) == Ended(b"hello", 0)


@pytest.mark.parametrize(("length", "is_used"), [(63, True), (64, False)])
def test_the_longest_path_leaves_room_for_a_sockets_address(
    monkeypatch: pytest.MonkeyPatch, length: int, is_used: bool
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as short:  # pytest's may be too long
        folder = Path(short) / ("x" * (length - len(short) - 1))
        folder.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(folder))

        asyncio.run(Launcher().run(jobs.echo, "hello", timeout=10))

        assert bool(list(folder.glob("docc2context-*/*"))) == is_used
        forkserver.end()
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "step", [forkserver.make_reachable, multiprocessing.forkserver.ensure_running]
)
def test_after_the_last_end_no_step_of_a_start_is_taken(step: Callable[[], None]) -> None:
    start = threading.Thread(target=step)
    forkserver.end_for_good()
    forkserver._kept()["tempdir"] = tempfile.mkdtemp()  # or `multiprocessing` would make another
    try:
        start.start()
        start.join(0.3)
        assert start.is_alive()
    finally:
        forkserver._SERVER._lock.release()
        start.join()


def test_a_closed_launcher_starts_no_child_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario() -> object:
        launcher = Launcher()
        await launcher.run(jobs.echo, "hello", timeout=10)
        with stopped(forkserver._SERVER._forkserver_pid):
            starts = [
                asyncio.create_task(launcher.run(jobs.echo, "late", timeout=10)) for _ in range(2)
            ]
            await asyncio.sleep(0)  # the first waits for the forkserver now, the second for it
            await launcher.aclose()
            return (await asyncio.gather(*starts, return_exceptions=True))[1]

    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)

        assert isinstance(asyncio.run(scenario()), CannotStart)

        assert list(Path(folder).iterdir()) == []
    assert forkserver._SERVER._forkserver_pid is None


def test_a_forkserver_that_hangs_is_dead_once_the_start_that_waited_for_it_has_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where it is still dying, the next start is refused; where the error is kept, so are pipes."""

    async def scenario() -> Ended:
        launcher = Launcher()
        await launcher.run(jobs.echo, "warm", timeout=10)
        hanging = forkserver._SERVER._forkserver_pid
        before = count_in(Path("/proc/self/fd"))
        with stopped(hanging), monkeypatch.context() as hasty:
            hasty.setattr("app.worker.launcher._START_SECONDS", 0.2)
            with pytest.raises(CannotStart) as kept:
                await launcher.run(jobs.echo, "late", timeout=10)
        assert is_dead(hanging)
        following = await launcher.run(jobs.echo, "hello", timeout=10)
        assert count_in(Path("/proc/self/fd")) == before
        assert isinstance(kept.value.__cause__, EOFError)
        return following

    assert asyncio.run(scenario()) == Ended(b"hello", 0)


def is_dead(pid: int) -> bool:
    """Whether no more than its exit code is left."""
    return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()


def count_in(folder: Path) -> int:
    return len(list(folder.iterdir()))


def test_a_program_that_exits_leaves_no_folder() -> None:
    program = (
        "from multiprocessing.forkserver import ensure_running\n"
        "from app.worker.forkserver import make_reachable\n"
        "make_reachable()\n"
        "ensure_running()\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"TMPDIR": folder}

        subprocess.run([sys.executable, "-c", program], env=environment, check=True)

        assert list(Path(folder).iterdir()) == []


def test_what_the_services_environment_held_is_nowhere_in_the_memory_that_children_are_forked_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    password = secrets.token_hex(16)
    monkeypatch.setenv("RATE_LIMIT_STORE", f"redis://:{password}@redis:6379")

    asyncio.run(Launcher().run(jobs.echo, "hello", timeout=10))

    memory = memory_of(forkserver._SERVER._forkserver_pid)
    assert [text in memory for text in (b"app.worker.child", password.encode())] == [True, False]


def memory_of(pid: int) -> bytes:
    """All that it could write to: what it was given and made lies there."""
    areas = [line.split()[:2] for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]
    pieces = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for area, rights in areas:
            if rights.startswith("rw"):
                start, end = (int(bound, 16) for bound in area.split("-"))
                memory.seek(start)
                pieces.append(memory.read(end - start))
    return b"".join(pieces)


def test_what_ends_the_forkserver_is_one_line_of_the_log(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It is connected to and sent nothing, which ends it as a lack of processes does."""
    asyncio.run(Launcher().run(jobs.echo, "hello", timeout=10))
    pid, address = forkserver._SERVER._forkserver_pid, forkserver._SERVER._forkserver_address
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(address)
    eventually(lambda: os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG), "it ended")

    (line,) = capfd.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["event"], event["level"], event["reason"], event["pid"]) == (
        *("converter_process_broke_off", "error"),
        *("EOFError", pid),
    )
    assert event["exception"].startswith("Traceback (most recent call last):\n")
