"""What the pages load."""

import gzip
import hashlib
import json
import os
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.app.serving import ROOT

STATIC = ROOT / "app" / "static"
VENDORED = STATIC / "vendor"
CSS = "/static/index.css"
BUNDLE = "/static/vendor/swagger-ui-dist/swagger-ui-bundle.js"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        (CSS, "text/css; charset=utf-8"),
        ("/static/icon.svg", "image/svg+xml"),
        ("/static/js/main.js", "text/javascript; charset=utf-8"),
        ("/static/vendor/dompurify/purify.es.mjs", "text/javascript; charset=utf-8"),
        (BUNDLE, "text/javascript; charset=utf-8"),
    ],
)
def test_a_file_has_its_type_and_its_bytes(app: FastAPI, path: str, media_type: str) -> None:
    response = TestClient(app).get(path)

    assert (response.status_code, response.headers["Content-Type"]) == (200, media_type)
    assert response.content == (STATIC / path.removeprefix("/static/")).read_bytes()


@pytest.mark.parametrize("path", [CSS, BUNDLE])
def test_a_file_is_gzipped_for_those_that_accept_it(app: FastAPI, path: str) -> None:
    with TestClient(app).stream("GET", path, headers={"Accept-Encoding": "gzip"}) as response:
        body = b"".join(response.iter_raw())

    plain = (STATIC / path.removeprefix("/static/")).read_bytes()
    assert gzip.decompress(body) == plain
    assert len(body) < len(plain) / 2
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(body)
    assert body[4:8] == bytes(4), "no time, RFC 1952: copies stay valid when the service restarts"


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0"])
def test_a_file_is_not_gzipped_for_others(app: FastAPI, accepted: str) -> None:
    response = TestClient(app).get(CSS, headers={"Accept-Encoding": accepted})

    assert response.content == (STATIC / "index.css").read_bytes()
    assert "Content-Encoding" not in response.headers
    assert response.headers["Vary"] == "Accept-Encoding"


def test_several_headers_of_accepted_codings_are_read_as_one(app: FastAPI) -> None:
    accepted = [("Accept-Encoding", "br"), ("Accept-Encoding", "gzip")]

    assert TestClient(app).get(CSS, headers=accepted).headers["Content-Encoding"] == "gzip"


def test_a_copy_of_one_form_is_not_taken_for_the_other(app: FastAPI) -> None:
    client = TestClient(app)
    gzipped = client.get(CSS, headers={"Accept-Encoding": "gzip"}).headers["ETag"]

    def asked(accepted: str) -> tuple[int, str, bool]:
        headers = {"Accept-Encoding": accepted, "If-None-Match": gzipped}
        response = client.get(CSS, headers=headers)
        names_coding = "Content-Encoding" in response.headers
        return response.status_code, response.headers["Vary"], names_coding

    assert asked("identity") == (200, "Accept-Encoding", False)
    assert asked("gzip") == (304, "Accept-Encoding", False)  # of no body, RFC 9110, 15.4.5


@pytest.mark.parametrize("accepted", ["identity", "gzip"])
def test_a_file_that_is_edited_is_served_as_it_is_now(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accepted: str
) -> None:
    monkeypatch.setattr("app.api.routes.static.STATIC", tmp_path)
    file = tmp_path / "index.css"
    client = TestClient(app, headers={"Accept-Encoding": accepted})

    def served(content: str, seconds: int) -> str:
        file.write_text(content)
        os.utime(file, (seconds, seconds))
        return client.get(CSS).text

    assert [served("a", 1), served("b", 2)] == ["a", "b"]


@pytest.mark.parametrize("asked", ["bytes=0-9", "bytes=abc", "bytes=99999999-"])
def test_a_part_of_a_file_is_the_whole_file(app: FastAPI, asked: str) -> None:
    response = TestClient(app).get(CSS, headers={"Range": asked})

    assert (response.status_code, response.content) == (200, (STATIC / "index.css").read_bytes())
    assert "Accept-Ranges" not in response.headers


def test_a_copy_is_kept_and_asked_about_each_time(app: FastAPI) -> None:
    client = TestClient(app)
    first = client.get(CSS)

    second = client.get(CSS, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == second.headers["Cache-Control"] == "no-cache"
    assert (second.status_code, second.content) == (304, b"")


def test_the_head_alone_can_be_had(app: FastAPI) -> None:
    response = TestClient(app).head(CSS, headers={"Accept-Encoding": "identity"})

    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["Content-Length"]) == (STATIC / "index.css").stat().st_size


@pytest.mark.parametrize(
    "name",
    [
        "",
        "vendor",
        "error.html",  # a template
        "vendor/swagger-ui-dist.json",
        "vendor/markdown-it/LICENSE",
        "..%2fmain.py",
        "%2e%2e/api/accept.py",
        "vendor%2f..%2findex.css",
        "/index.css",
        "index.css%00",
        "nowhere.css",
    ],
)
def test_nothing_else_is_served(app: FastAPI, name: str) -> None:
    response = TestClient(app).get("/static/" + name, headers={"Accept": "application/json"})

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_another_method_is_told_which_there_are(app: FastAPI) -> None:
    response = TestClient(app).post(CSS)

    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("manifest", sorted(VENDORED.glob("*.json")), ids=lambda path: path.stem)
def test_what_is_vendored_is_what_was_published(manifest: Path) -> None:
    said = json.loads(manifest.read_text())
    folder = VENDORED / said["name"]

    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    assert found == said["files"]
    assert "LICENSE" in found
    assert manifest.stem == said["name"]


def test_every_vendored_folder_has_a_manifest() -> None:
    folders = {path.name for path in VENDORED.iterdir() if path.is_dir()}

    assert (
        folders
        == {path.stem for path in VENDORED.glob("*.json")}
        == {
            "dompurify",
            "fflate",
            "markdown-it",
            "swagger-ui-dist",
        }
    )
