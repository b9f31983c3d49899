"""Several workers are refused by the real server, as it is started in each way."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from monitoring.programs import free_port
from tests.app.serving import DEADLINE_SECONDS, ROOT, environment, eventually

UVICORN = [sys.executable, "-m", "uvicorn", "app.main:app"]
CALL = "import uvicorn; uvicorn.run('app.main:app', port={port}, workers=2)"


@contextmanager
def started(
    command: Sequence[str], folder: Path, port: int, **settings: object
) -> Iterator["subprocess.Popen[bytes]"]:
    """A server in a process group of its own, of which nothing is left after the block."""
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command] if "-c" in command else [*command, "--port", str(port)],
            cwd=ROOT,
            env=os.environ | environment(WORKSPACE_DIR=folder, **settings),
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(DEADLINE_SECONDS)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        ([*UVICORN, "--workers", "2"], {}),
        (UVICORN, {"WEB_CONCURRENCY": 2}),
        ([sys.executable, "-c", CALL], {}),
    ],
    ids=["--workers", "WEB_CONCURRENCY", "uvicorn.run"],
)
def test_two_workers_are_refused_with_a_sentence_that_says_why(
    tmp_path: Path, port: int, command: list[str], settings: dict[str, object]
) -> None:
    command = [part.format(port=port) for part in command]

    with started(command, tmp_path, port, **settings) as process:
        assert process.wait(DEADLINE_SECONDS) == -signal.SIGALRM
        eventually(lambda: not group_exists(process.pid), "no worker is left")

    log = (tmp_path / "log").read_text()
    assert "cannot start with 2 uvicorn workers: each would count only the requests that it" in log
    assert "Traceback" not in log


def test_reloading_is_not_refused(tmp_path: Path, port: int) -> None:
    with started([*UVICORN, "--reload"], tmp_path, port, WEB_CONCURRENCY=2) as process:

        def is_healthy() -> bool:
            assert process.poll() is None
            try:
                return httpx2.get(f"http://127.0.0.1:{port}/health").status_code == 200
            except httpx2.TransportError:
                return False

        eventually(is_healthy, "the reloading server answers")


def group_exists(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True
