"""Readiness that is told though nobody asks for it."""

import threading
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app.api import disk_checks
from app.api.readiness_watch import ReadinessWatch
from tests.app.scrapes import parsed, scrape
from tests.app.serving import eventually

ADMISSION = 'service_ready{check="admission"}'
WORKSPACE = 'service_ready{check="workspace"}'


def told(app: FastAPI) -> tuple[float, float]:
    series = parsed(app.state.services.metrics.render("")[0].decode())
    return series[ADMISSION], series[WORKSPACE]


def test_a_drained_service_is_told_and_logged_once_until_it_is_ready_again(
    app: FastAPI, tmp_path: Path
) -> None:
    watch = ReadinessWatch(app.state.services)
    file = tmp_path / "DRAIN"

    def looked_twice() -> tuple[float, float]:
        watch.check()
        watch.check()
        return told(app)

    with capture_logs() as lines:
        before = looked_twice()
        file.touch()
        meanwhile = looked_twice()
        file.unlink()
        after = looked_twice()

    assert (before, meanwhile, after) == ((1, 1), (0, 1), (1, 1))
    assert lines == [
        {
            "event": "readiness_failed",
            "log_level": "warning",
            "check": "admission",
            "detail": "The service is draining: it accepts no new conversions while "
            "WORKSPACE_DIR contains a file DRAIN.",
        },
        {"event": "readiness_recovered", "log_level": "info", "check": "admission"},
    ]


def test_a_workspace_that_cannot_be_written_is_told(app: FastAPI, tmp_path: Path) -> None:
    tmp_path.rmdir()

    with capture_logs() as lines:
        ReadinessWatch(app.state.services).check()

    assert told(app) == (1, 0)
    detail = "Nothing can be written to WORKSPACE_DIR: No such file or directory."
    assert [(line["event"], line["check"], line["detail"]) for line in lines] == [
        ("readiness_failed", "workspace", detail)
    ]


def test_a_workspace_that_hangs_is_told_and_does_not_hold_the_watch(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that hangs cannot be had for a test: its place is taken by an event."""
    answers = threading.Event()
    monkeypatch.setattr(disk_checks, "fault_of", lambda _directory: answers.wait(60) and None)
    monkeypatch.setattr(disk_checks, "PATIENCE_SECONDS", 0.1)
    watch = ReadinessWatch(app.state.services)

    watch.check()
    hanging = told(app)
    answers.set()

    def recovered() -> bool:
        watch.check()
        return told(app) == (1, 1)

    eventually(recovered, "the disk answers again")

    assert hanging == (0, 0)


def test_a_check_that_could_not_be_made_has_not_passed(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = ReadinessWatch(app.state.services)
    watch.check()
    before = told(app)

    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(disk_checks, "fault_of", lambda _directory: 1 / 0)
        watch.check()
    unknown = told(app)
    watch.check()

    assert [before, unknown, told(app)] == [(1, 1), (0, 0), (1, 1)]


def test_a_running_service_reports_readiness_without_being_asked(
    app: FastAPI, tmp_path: Path
) -> None:
    (tmp_path / "DRAIN").touch()

    with TestClient(app) as client:
        eventually(lambda: scrape(client)[WORKSPACE], "the checks were made")

        assert scrape(client)[ADMISSION] == 0
