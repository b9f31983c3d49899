"""Liveness and readiness."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.worker.launcher import CannotStart, Launcher
from docc2context import __version__


@pytest.mark.parametrize("path", ["/health", "/api/v1/health"])
def test_liveness_needs_no_lifespan(app: FastAPI, path: str) -> None:
    response = TestClient(app).get(path)

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "version": __version__}


@pytest.mark.parametrize("path", ["/health/ready", "/api/v1/health/ready"])
def test_a_service_that_can_convert_is_ready(app: FastAPI, path: str) -> None:
    response = TestClient(app).get(path)

    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "checks": {
            "workspace": {"ok": True, "detail": "Uploads can be stored."},
            "converter": {"ok": True, "detail": "A converter process answers."},
        },
    }


def test_without_a_workspace_it_is_not_ready(app: FastAPI, tmp_path: Path) -> None:
    tmp_path.rmdir()

    response = TestClient(app).get("/health/ready")

    assert response.status_code == 503
    assert response.json()["status"] == "not_ready"
    assert response.json()["checks"]["workspace"] == {
        "ok": False,
        "detail": "Nothing can be written to WORKSPACE_DIR.",
    }
    assert response.json()["checks"]["converter"]["ok"] is True


def test_without_a_converter_it_starts_but_is_not_ready(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise CannotStart

    monkeypatch.setattr(Launcher, "run", refuse)

    with TestClient(app) as client:
        response = client.get("/health/ready")
        assert client.get("/health").status_code == 200

    assert response.status_code == 503
    assert response.json()["checks"]["converter"] == {
        "ok": False,
        "detail": "No process for the conversion could be started.",
    }
