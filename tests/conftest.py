"""What all tests share: how hypothesis searches, and that a skip is never quiet."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

# No time bounds in `make test`: machines differ, and speed has targets of its own. The same
# examples each time, so that a red run is a red change; --hypothesis-profile=search looks further.
settings.register_profile("default", deadline=None, max_examples=300, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=20_000, print_blob=True)
settings.load_profile("default")

LOUD = "SKIPPED:"
"""How the reason of a skip begins when something is missing that a full machine has."""

_IN_CI = os.environ.get("CI") == "true"


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
