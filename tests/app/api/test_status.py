"""The status, for people."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.core.config import Settings
from app.main import create_app
from app.worker.launcher import CannotStart, Launcher
from docc2context import __version__
from tests.app.serving import NEEDS_PROC, Server, eventually

STATUS = "/api/v1/status"


def test_it_tells_readiness_load_limits_and_version(app: FastAPI, tmp_path: Path) -> None:
    response = TestClient(app).get(STATUS)

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    told = response.json()
    assert set(told.pop("checks")) == {"admission", "workspace", "converter"}
    settings = Settings(workspace_dir=tmp_path)
    limits = told.pop("limits")
    assert limits == {name: getattr(settings, name) for name in limits}
    assert limits["max_upload_bytes"] == 256 << 20
    assert limits["rate_limit"] == "60/minute"
    assert told == {
        "ready": True,
        "running": 0,
        "waiting": 0,
        "assets": True,
        "version": __version__,
    }


def test_no_limit_is_told_that_is_not_in_force(tmp_path: Path) -> None:
    app = create_app(Settings(workspace_dir=tmp_path, rate_limit_enabled=False))

    assert TestClient(app).get(STATUS).json()["limits"]["rate_limit"] is None


def test_a_converter_that_copies_no_assets_says_so(tmp_path: Path) -> None:
    app = create_app(Settings(workspace_dir=tmp_path, converter_command=("/bin/true",)))

    assert TestClient(app).get(STATUS).json()["assets"] is False


def test_a_service_that_cannot_convert_says_why_and_is_answered_all_the_same(
    app: FastAPI, tmp_path: Path
) -> None:
    (tmp_path / "DRAIN").touch()

    response = TestClient(app).get(STATUS)

    assert response.status_code == 200
    assert response.json()["ready"] is False
    assert response.json()["checks"]["admission"] == {
        "ok": False,
        "detail": "The service is draining: it accepts no new conversions while "
        "WORKSPACE_DIR contains a file DRAIN.",
    }


def test_however_often_it_is_asked_one_converter_process_is_started_in_a_while(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []

    async def refuse(*_: object, **__: object) -> None:
        started.append(1)
        raise CannotStart

    monkeypatch.setattr(Launcher, "run", refuse)
    client = TestClient(app)

    answers = [client.get(STATUS).json()["ready"] for _ in range(20)]
    assert (answers, len(started)) == ([False] * 20, 1)
    # Who decides by it is not told what was so long ago.
    eventually(
        lambda: client.get("/health/ready").is_server_error and len(started) == 2,
        "it is asked again",
    )


@NEEDS_PROC
def test_it_counts_what_runs_and_what_waits(
    start_server: Callable[..., Server], slow_archive: bytes
) -> None:
    server = start_server(CONVERSION_SLOTS=1, CONVERSION_QUEUE=5)

    def load() -> tuple[int, int]:
        told = server.client.get(STATUS).json()
        return told["running"], told["waiting"]

    assert load() == (0, 0)
    with server.begin(slow_archive), server.begin(slow_archive), server.begin(slow_archive):
        eventually(lambda: load() == (1, 2), "one runs and two wait")
    eventually(lambda: load() == (0, 0), "nobody is left once they have hung up")


def test_it_is_logged_at_debug_level_alone(start_server: Callable[..., Server]) -> None:
    server = start_server()
    server.client.get(STATUS)
    server.client.get("/nowhere")

    eventually(lambda: server.events("request_finished"), "the second is logged")
    assert [line["route"] for line in server.events("request_finished")] == ["unmatched"]
