"""The application, put together."""

import asyncio
import tempfile
import threading
from pathlib import Path
from typing import Any, BinaryIO

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app.api.disk_checks import DiskChecks
from app.core.config import Settings
from app.core.resources import Resources
from app.http.download_deadline import DOWNLOAD_IDLE
from app.http.head_deadline import HEAD_TIMEOUT
from app.http.idle import MAX_IDLE
from app.main import app as shipped
from app.main import create_app
from tests.app.archives import doccarchive, names_in
from tests.app.serving import eventually

CONVERT = "/api/v1/convert"


def test_conversions_work_with_and_without_the_lifespan(app: FastAPI) -> None:
    without = TestClient(app).put(CONVERT, content=doccarchive("Foo"))
    with TestClient(app) as client:
        within = client.put(CONVERT, content=doccarchive("Foo"))

    assert without.status_code == within.status_code == 200
    assert without.content == within.content
    assert "documentation/foo.md" in names_in(within.content)


def test_what_a_request_has_opened_is_closed_when_its_answer_is_sent(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[BinaryIO] = []
    open_file = tempfile.TemporaryFile

    def remembered(**options: Any) -> BinaryIO:
        opened.append(open_file(**options))
        return opened[-1]

    async def closed() -> list[bool]:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
            answer = await client.put(CONVERT, content=doccarchive("Foo"))
            assert "documentation/foo.md" in names_in(answer.content)
            return [file.closed for file in opened]  # before the loop ends, which closes all

    monkeypatch.setattr(tempfile, "TemporaryFile", remembered)
    assert asyncio.run(closed()) == [True, True]  # the upload and the result


def test_a_start_sweeps_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "swift-conv-old").mkdir()

    with TestClient(create_app(Settings(workspace_dir=tmp_path))):
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("enabled", [True, False])
def test_it_watches_the_converter_and_the_rate_limiter_unless_that_is_switched_off(
    tmp_path: Path, enabled: bool
) -> None:
    settings = Settings(workspace_dir=tmp_path, rate_limit_enabled=enabled)

    async def background() -> list[str]:
        application = create_app(settings)
        async with application.router.lifespan_context(application):
            return [task.get_name() for task in asyncio.all_tasks()]

    tasks = asyncio.run(background())
    assert "converter_watch" in tasks
    assert ("rate_limiter_watch" in tasks) is enabled


def test_what_it_samples_and_cannot_is_logged_by_the_names_in_the_playbooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Resources, "read", fail)
    monkeypatch.setattr(DiskChecks, "check_blocking", fail)
    app = create_app(Settings(workspace_dir=tmp_path))

    with capture_logs() as lines, TestClient(app):

        def failing() -> set[str]:
            return {one["sampler"] for one in lines if one["event"] == "sampling_failed"}

        eventually(lambda: len(failing()) == 2, "both have failed")

    assert failing() == {"readiness", "resources"}


def test_once_started_it_needs_no_thread_for_its_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def answers() -> set[tuple[int, str]]:
        application = create_app(Settings(workspace_dir=tmp_path, rate_limit_enabled=False))
        async with (
            application.router.lifespan_context(application),
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(application), base_url="http://x"
            ) as client,
        ):
            with monkeypatch.context() as without:
                without.setattr(threading.Thread, "start", refuse)
                crowd = await asyncio.gather(*(client.put(CONVERT) for _ in range(100)))
            return {(answer.status_code, answer.json()["code"]) for answer in crowd}

    # As far as its upload, which is stored and found to be empty.
    assert asyncio.run(answers()) == {(400, "empty_upload")}


def test_the_servers_protocol_is_told_the_bounds_that_it_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.main.make_room_for_files", lambda _settings: 250)
    settings = Settings(workspace_dir=tmp_path, head_timeout_seconds=3, download_idle_seconds=4)

    async def told() -> object:
        application = create_app(settings)
        async with application.router.lifespan_context(application) as state:
            return state

    assert asyncio.run(told()) == {HEAD_TIMEOUT: 3, DOWNLOAD_IDLE: 4, MAX_IDLE: 250}


def test_two_applications_in_one_process_have_settings_of_their_own(
    app: FastAPI, tmp_path: Path
) -> None:
    small = create_app(Settings(workspace_dir=tmp_path, max_upload_bytes=10))

    assert TestClient(small).put(CONVERT, content=doccarchive("Foo")).status_code == 413
    assert TestClient(app).put(CONVERT, content=doccarchive("Foo")).status_code == 200


def test_the_module_has_an_application_for_uvicorn() -> None:
    assert TestClient(shipped).get("/health").status_code == 200


def test_routes_beside_its_own_are_handled_and_measured_as_those_are(tmp_path: Path) -> None:
    router = APIRouter()

    @router.get("/beside/{name}")
    async def crash(name: str) -> None:
        raise RuntimeError(name)

    client = TestClient(create_app(Settings(workspace_dir=tmp_path), extra_routers=[router]))

    answer = client.get("/beside/it")

    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    counted = 'http_requests_total{endpoint="/beside/{name}",method="GET",status="500"} 1.0'
    assert counted in client.get("/metrics").text


def test_the_service_as_shipped_has_no_routes_of_the_drill(app: FastAPI) -> None:
    client = TestClient(app)

    assert client.get("/drill/crash").status_code == 404
    assert client.get("/drill/block").status_code == 404
