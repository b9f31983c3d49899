"""Prometheus and Alertmanager for a test, with a client of each."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from monitoring.programs import Alertmanager, Program, ProgramMissing, Prometheus, free_port


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
    try:
        program = Prometheus(folder, file, *flags, port=port)
    except ProgramMissing as missing:
        pytest.skip(f"SKIPPED: {missing}")
    with _client_of(program) as client:
        yield client


@contextmanager
def alertmanager(folder: Path, configuration: Path) -> Iterator[httpx2.Client]:
    """A client of an Alertmanager with that configuration."""
    try:
        program = Alertmanager(folder, configuration)
    except ProgramMissing as missing:
        pytest.skip(f"SKIPPED: {missing}")
    with _client_of(program) as client:
        yield client


def tool(name: str) -> str:
    """Where a command line tool is; skips the test if it is not installed."""
    if found := shutil.which(name):
        return found
    pytest.skip(f"SKIPPED: {name} is not installed; scripts/ci-packages.sh brings it")


def instant(client: httpx2.Client, query: str) -> list[dict[str, Any]]:
    """What an instant query gives: series with their values; AssertionError if it is refused."""
    answer = client.get("/api/v1/query", params={"query": query}).json()
    assert answer["status"] == "success", f"{query}: {answer.get('error')}"
    result: list[dict[str, Any]] = answer["data"]["result"]
    return result


@contextmanager
def _client_of(program: Program) -> Iterator[httpx2.Client]:
    with program, httpx2.Client(base_url=program.url) as client:
        yield client
