"""Liveness and readiness."""

import threading
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app.api import disk_checks
from app.worker.launcher import CannotStart, Ended, Launcher
from app.worker.locks.lock_up import Locks
from app.worker.protocol import Ready, encode
from docc2context import __version__
from tests.app.serving import eventually


@pytest.mark.parametrize("path", ["/health", "/api/v1/health"])
def test_liveness_needs_no_lifespan(app: FastAPI, path: str) -> None:
    response = TestClient(app).get(path)

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "version": __version__}
    assert response.headers["Cache-Control"] == "no-store"


PATHS = ["/health/ready", "/api/v1/health/ready"]


@pytest.mark.parametrize("path", PATHS)
def test_a_service_that_can_convert_is_ready(app: FastAPI, path: str) -> None:
    response = TestClient(app).get(path)

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    document = response.json()
    held = document["checks"]["converter"].pop("detail")
    assert document == {
        "status": "ready",
        "checks": {
            "admission": {"ok": True, "detail": "Conversions are accepted."},
            "workspace": {"ok": True, "detail": "Uploads can be stored."},
            "converter": {"ok": True},
        },
    }
    assert held.startswith("A converter process answers; its locks: group, parent_death, signals, ")


def test_a_missing_lock_is_told_but_does_not_make_it_unready(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Launcher, "run", answering(LACKING))

    response = TestClient(app).get("/health/ready")

    assert response.status_code == 200
    assert response.json()["checks"]["converter"] == {
        "ok": True,
        "detail": "A converter process answers; its locks: group, resources; "
        "missing: landlock (Function not implemented).",
    }


def test_a_missing_lock_is_logged_once_at_start(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Launcher, "run", answering(LACKING))

    with capture_logs() as lines, TestClient(app) as client:
        client.get("/health/ready")

    assert [line for line in lines if line["event"] == "converter_lock_missing"] == [
        {
            "event": "converter_lock_missing",
            "log_level": "warning",
            "lock": "landlock",
            "reason": "Function not implemented",
        }
    ]
    (ready,) = [line for line in lines if line["event"] == "converter_ready"]
    assert (ready["version"], ready["locks"]) == (__version__, ["group", "resources"])


LACKING = Locks(["group", "resources"], {"landlock": "Function not implemented"})


def answering(locks: Locks) -> Callable[..., Awaitable[Ended]]:
    async def run(*_: object, **__: object) -> Ended:
        return Ended(encode(Ready(locks)), 0)

    return run


def test_without_a_workspace_it_is_not_ready(app: FastAPI, tmp_path: Path) -> None:
    tmp_path.rmdir()

    response = TestClient(app).get("/health/ready")

    assert response.status_code == 503
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json()["status"] == "not_ready"
    assert response.json()["checks"]["workspace"] == {
        "ok": False,
        "detail": "Nothing can be written to WORKSPACE_DIR: No such file or directory.",
    }
    assert response.json()["checks"]["converter"]["ok"] is True


def test_a_workspace_that_hangs_makes_it_unready_and_is_waited_for_by_one_thread(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that hangs cannot be had for a test: its place is taken by a lock."""
    hangs, asked = threading.Event(), []

    def fault_of(directory: Path) -> None:
        asked.append(directory)
        assert hangs.wait(60)

    with TestClient(app) as client:
        monkeypatch.setattr(disk_checks, "PATIENCE_SECONDS", 0.2)
        before = client.get("/health/ready")
        monkeypatch.setattr(disk_checks, "fault_of", fault_of)
        meanwhile = [client.get(path) for path in (*PATHS, "/api/v1/status")]
        looks = len(asked)
        hangs.set()
        eventually(lambda: client.get("/health/ready").is_success, "the disk answers again")

    assert before.status_code == 200
    assert [one.status_code for one in meanwhile] == [503, 503, 200]
    for response in meanwhile:
        checks = response.json()["checks"]
        assert checks["workspace"] == {
            "ok": False,
            "detail": "WORKSPACE_DIR has not answered within 0.2 seconds: its disk is "
            "overloaded, or hangs.",
        }
        assert checks["admission"]["ok"] is False
        assert checks["converter"]["ok"] is True
    assert looks == 1


def test_however_often_it_is_asked_one_converter_process_is_started_in_a_second(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[float] = []

    async def answer(*_: object, **__: object) -> Ended:
        started.append(time.monotonic())
        return Ended(encode(Ready(LACKING)), 0)

    monkeypatch.setattr(Launcher, "run", answer)
    client = TestClient(app)

    answered = [client.get(path).status_code for path in PATHS for _ in range(20)]
    eventually(lambda: client.get(PATHS[0]).is_success and len(started) > 2, "it is asked again")

    assert answered == [200] * len(answered)
    assert all(later - earlier >= 1 for earlier, later in pairwise(started))


def test_without_a_converter_it_starts_but_is_not_ready(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise CannotStart

    monkeypatch.setattr(Launcher, "run", refuse)

    with capture_logs() as lines, TestClient(app) as client:
        response = client.get("/health/ready")
        assert client.get("/health").status_code == 200

    unavailable = [line["log_level"] for line in lines if line["event"] == "converter_unavailable"]
    assert unavailable == ["error"]

    assert response.status_code == 503
    assert response.json()["checks"]["converter"] == {
        "ok": False,
        "detail": "The service could not start a process for the conversion.",
    }
