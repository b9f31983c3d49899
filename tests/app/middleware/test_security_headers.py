"""The headers, where no server can be brought to show them."""

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from app.core.config import Settings
from app.main import create_app
from app.middleware.security_headers import HEADERS, SecurityHeadersMiddleware

THEIRS = "https://docs.example"


def crash() -> None:
    raise ZeroDivisionError


def test_a_crash_is_answered_with_them(app: FastAPI) -> None:
    app.get("/crash")(crash)

    response = TestClient(app).get("/crash")

    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert HEADERS.items() <= {name: response.headers.get(name) for name in HEADERS}.items()


def test_a_crash_is_told_to_another_site_that_may_know(tmp_path: Path) -> None:
    app = create_app(Settings(workspace_dir=tmp_path, cors_origins=(THEIRS,)))
    app.get("/crash")(crash)

    response = TestClient(app).get("/crash", headers={"Origin": THEIRS})

    assert response.status_code == 500
    assert response.headers["Access-Control-Allow-Origin"] == THEIRS


def test_a_handler_cannot_weaken_them() -> None:
    theirs = {"Content-Security-Policy": "default-src *", "X-Other": "kept"}
    app = SecurityHeadersMiddleware(PlainTextResponse("fine", headers=theirs))

    response = TestClient(app).get("/")

    assert response.headers.get_list("Content-Security-Policy") == [
        HEADERS["Content-Security-Policy"]
    ]
    assert response.headers["X-Other"] == "kept"


def test_no_directive_lets_in_what_is_written_in_a_page() -> None:
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
