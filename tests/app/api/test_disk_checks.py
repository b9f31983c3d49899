"""The readiness checks that wait for the disk."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.api import disk_checks
from app.api.disk_checks import DiskChecks
from app.api.schemas import Check
from app.services.drain import Drain
from tests.app.serving import eventually


@pytest.fixture
def checks(tmp_path: Path) -> DiskChecks:
    return DiskChecks(drain=Drain(workspace=tmp_path, grace_seconds=0), workspace=tmp_path)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A disk that hangs until this is set: a real one cannot be had for a test."""
    event = threading.Event()
    monkeypatch.setattr(disk_checks, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(disk_checks, "fault_of", lambda _directory: event.wait(60) and None)
    yield event
    event.set()


def test_once_the_disk_is_known_to_hang_nobody_else_waits_for_it(
    checks: DiskChecks, answers: threading.Event
) -> None:
    async def times() -> list[float]:
        taken = []
        for _ in range(10):
            began = time.monotonic()
            assert not (await checks.check())["workspace"].ok
            taken.append(time.monotonic() - began)
        return taken

    first, *later = asyncio.run(times())
    began = time.monotonic()
    assert not checks.check_blocking()["admission"].ok

    looks = [one.daemon for one in threading.enumerate() if one.name == "disk-checks"]
    assert set(looks) == {True}, "such a thread keeps the service from ending"
    assert first >= 1
    assert sum(later) + time.monotonic() - began < 1
    assert checks._look is not None
    assert len(vars(checks._look)["_done_callbacks"]) == 1  # nothing gathers at a dead disk

    answers.set()
    eventually(lambda: checks.check_blocking()["workspace"].ok, "the disk answers again")


def test_a_cancelled_check_does_not_cancel_that_of_others(
    checks: DiskChecks, answers: threading.Event
) -> None:
    async def one_of_two() -> bool:
        gone, other = (asyncio.create_task(checks.check()) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
        answers.set()
        return (await other)["workspace"].ok

    assert asyncio.run(one_of_two())


def test_a_thread_that_cannot_be_started_is_reported_and_tried_again(
    checks: DiskChecks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the container may have no more processes."""

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", refuse)
        without = checks.check_blocking()

    assert not without["admission"].ok
    assert without["workspace"] == Check(
        ok=False, detail="The system has no thread to spare to look at WORKSPACE_DIR."
    )
    assert all(check.ok for check in checks.check_blocking().values())
