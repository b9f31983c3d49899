"""Prometheus and Alertmanager, started for a test and ended by their process ids."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.app.serving import DEADLINE_SECONDS, eventually, free_port


def program(*names: str) -> str:
    """The first of the names that is installed; skips the test if none is."""
    for name in names:
        if found := shutil.which(name):
            return found
    pytest.skip(f"SKIPPED: {names[0]} is not installed; scripts/ci-packages.sh brings it")


@contextmanager
def prometheus(
    folder: Path, configuration: str, *flags: str, itself: str = ""
) -> Iterator[httpx2.Client]:
    """A client of a Prometheus; relative paths in its configuration start in `folder`.

    `itself` is how the configuration calls its own address.
    """
    port = free_port()
    if itself:
        configuration = configuration.replace(itself, f"127.0.0.1:{port}")
    file = folder / "prometheus.yml"
    file.write_text(configuration, encoding="utf-8")
    command = [
        program("prometheus"),
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        *flags,
    ]
    with _running(command, port, folder / "prometheus.log") as client:
        yield client


@contextmanager
def alertmanager(folder: Path, configuration: Path) -> Iterator[httpx2.Client]:
    """A client of an Alertmanager with that configuration."""
    port = free_port()
    command = [
        program("prometheus-alertmanager", "alertmanager"),
        f"--config.file={configuration}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with _running(command, port, folder / "alertmanager.log") as client:
        yield client


def instant(client: httpx2.Client, query: str) -> list[dict[str, Any]]:
    """What an instant query gives: series with their values; AssertionError if it is refused."""
    answer = client.get("/api/v1/query", params={"query": query}).json()
    assert answer["status"] == "success", f"{query}: {answer.get('error')}"
    result: list[dict[str, Any]] = answer["data"]["result"]
    return result


@contextmanager
def _running(command: list[str], port: int, log: Path) -> Iterator[httpx2.Client]:
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as process,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        try:
            eventually(lambda: _is_ready(process, client, log), f"{command[0]} is ready")
            yield client
        finally:
            process.terminate()
            process.wait(DEADLINE_SECONDS)


def _is_ready(process: subprocess.Popen[bytes], client: httpx2.Client, log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        return client.get("/-/ready").status_code == 200
    except httpx2.TransportError:
        return False
