"""What becomes of forked servers if the tests that started them are interrupted or killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring.programs import free_port
from tests.app.forks import Preloaded
from tests.app.processes import is_running
from tests.app.serving import NEEDS_PROC, eventually

pytestmark = NEEDS_PROC


@pytest.fixture
def preloaded() -> Iterator[Preloaded]:
    process = Preloaded()
    yield process
    process.end()


def started(preloaded: Preloaded, folder: Path) -> int:
    """The process id of a server that has started."""
    log = folder / "log"
    log.touch()
    pid: int = preloaded.ask(
        arguments=["app.main:app", "--port", str(free_port())],
        environment={**os.environ, "WORKSPACE_DIR": str(folder)},
        log=str(log),
    )
    eventually(lambda: "Uvicorn running" in log.read_text(), "it has started", seconds=60)
    return pid


def test_a_server_does_not_outlive_those_who_could_stop_it(
    preloaded: Preloaded, tmp_path: Path
) -> None:
    pid = started(preloaded, tmp_path)
    preloaded.end()
    assert not is_running(pid)


def test_what_has_ended_is_not_killed_again(preloaded: Preloaded, tmp_path: Path) -> None:
    pid = started(preloaded, tmp_path)
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: preloaded.ask(of=pid) is not None, "it has ended")
    assert preloaded.end() == 0


def test_after_ctrl_c_a_server_ends_and_can_be_asked_for(
    preloaded: Preloaded, tmp_path: Path
) -> None:
    pid = started(preloaded, tmp_path)
    for interrupted in (preloaded.pid, pid):
        os.kill(interrupted, signal.SIGINT)
    eventually(lambda: preloaded.ask(of=pid) == 0, "it has ended")
