"""A Docker Engine to try the stack on: the one that runs, or one of our own."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
PULL_SECONDS: Final = 300.0


class NoEngine(Exception):
    """There is no engine, and none can be started; the message says why."""


class EngineForbidden(NoEngine):
    """The programs are there, and the machine does not let an engine start."""


@contextmanager
def engine() -> Iterator[dict[str, str]]:
    """The environment variables by which `docker` reaches an engine. Raises NoEngine.

    One that is started here is ended by its pid, and its data is removed.
    """
    if shutil.which("docker") is None:
        raise NoEngine("there is no docker: apt-get install docker.io docker-compose")
    if _answers({}):
        yield {}
        return
    if shutil.which("dockerd") is None:
        raise NoEngine("no Docker Engine runs, and there is no dockerd: apt-get install docker.io")
    if os.geteuid() != 0:
        raise EngineForbidden("no Docker Engine runs, and to start one takes root")
    folder = Path(tempfile.mkdtemp(prefix="docker-"))
    daemon = _start(folder)
    variables = {"DOCKER_HOST": f"unix://{folder}/socket"}
    try:
        _wait(daemon, variables, folder / "log")
        yield variables
    finally:
        daemon.terminate()
        daemon.wait(STOP_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def can_pull(image: str, variables: dict[str, str]) -> bool:
    """Whether the engine has the image, or can have it from its registry."""
    for command in (["docker", "image", "inspect", image], ["docker", "pull", "--quiet", image]):
        try:
            done = subprocess.run(
                command,
                env=os.environ | variables,
                capture_output=True,
                timeout=PULL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        if done.returncode == 0:
            return True
    return False


def _answers(variables: dict[str, str]) -> bool:
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    done = subprocess.run(command, env=os.environ | variables, capture_output=True, check=False)
    return done.returncode == 0


def _start(folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [
                "dockerd",
                f"--host=unix://{folder}/socket",
                f"--data-root={folder}/data",
                f"--exec-root={folder}/exec",
                f"--pidfile={folder}/pid",
            ],
            stdout=log,
            stderr=log,
        )


def _wait(daemon: subprocess.Popen[bytes], variables: dict[str, str], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not _answers(variables):
        if daemon.poll() is not None or time.monotonic() > end:
            lines = log.read_text(errors="replace").splitlines()[-3:]
            raise EngineForbidden(f"dockerd does not start: {' | '.join(lines)}")
        time.sleep(0.2)
