"""What all tests share: how hypothesis searches, that a skip is never quiet, and servers."""

import logging
import os
import signal
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import structlog
from fastapi import FastAPI
from hypothesis import settings
from playwright.sync_api import Browser

from app.core.config import Settings
from tests.app.archives import slow_doccarchive
from tests.app.browser import open_browser
from tests.app.serving import SMALL_WORKSPACE_BYTES, Server

# No time bounds in `make test`: machines differ, and speed has targets of its own. The same
# examples each time, so that a red run is a red change; --hypothesis-profile=search looks further.
settings.register_profile("default", deadline=None, max_examples=300, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=20_000, print_blob=True)
settings.load_profile("default")

LOUD = "SKIPPED:"
"""How the reason of a skip begins when something is missing that a full machine has."""

_IN_CI = os.environ.get("CI") == "true"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as processors: a third of the time, tests wait for what they start."""
    return max(1, (os.cpu_count() or 1) * 3 // 2)


def _reason(report: pytest.TestReport) -> str:
    """Why a test was skipped; pytest keeps it as (path, line, "Skipped: reason")."""
    return (
        report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI nothing may be missing: there a loud skip is a failure."""
    report = yield
    if _IN_CI and report.skipped and _reason(report).startswith(LOUD):
        report.outcome = "failed"
        report.longrepr = f"{_reason(report)} (skipping is not allowed with CI=true)"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tested, a line for each reason."""
    reasons = (_reason(report) for report in terminalreporter.stats.get("skipped", []))
    for reason in dict.fromkeys(filter(lambda reason: reason.startswith(LOUD), reasons)):
        terminalreporter.write_line(reason)


@pytest.fixture
def signals_that_end() -> Iterator[None]:
    """Have programs started here end by signals, also where the tests run in the background.

    A shell lets what it starts there ignore SIGINT, nohup what it starts SIGHUP, and a program
    leaves them so.
    """
    ours = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)}
    for number, handler in ours.items():
        if handler is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in ours.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def slow_archive() -> bytes:
    return slow_doccarchive()


@pytest.fixture(scope="module")
def start_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Server]]:
    with ExitStack() as servers:

        def start(*options: str, **settings: object) -> Server:
            server = Server(tmp_path_factory.mktemp("server"), settings, *options)
            servers.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="module")
def small_workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A filesystem of its own, in memory and soon full."""
    folder = tmp_path_factory.mktemp("small")
    size = f"size={SMALL_WORKSPACE_BYTES}"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"NOT SHOWN: a full disk; mounting one needs root: {mounted.stderr!r}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from open_browser()


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A test finds structlog as nobody has configured it; what it configures is gone after it.

    Importing `app.main` configures logging, and so does each application that a test makes.
    """
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    structlog.reset_defaults()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    """An application of its own, in this process."""
    from app.main import create_app  # noqa: PLC0415  # importing it configures logging

    return create_app(Settings(workspace_dir=tmp_path))
