"""`GET /metrics`: who may scrape, and in which form."""

import gzip
import threading
from pathlib import Path

import pytest
from fastapi import FastAPI
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app.core.config import Settings
from app.core.metrics import Metrics
from app.main import create_app
from tests.app.scrapes import METRICS, parsed
from tests.app.serving import problem

TOKEN = "s3cret-ü"


@pytest.fixture
def guarded(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(workspace_dir=tmp_path, metrics_token=TOKEN)))


def authorized(value: str | None) -> dict[bytes, bytes]:
    return {} if value is None else {b"Authorization": value.encode()}


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


def test_a_scrape_is_text_unless_openmetrics_is_accepted(client: TestClient) -> None:
    text = client.get(METRICS)
    openmetrics = client.get(
        METRICS, headers={"Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
    )

    assert text.headers["Cache-Control"] == "no-store"
    assert text.headers["Content-Type"].startswith("text/plain; version=")
    assert "http_requests_in_progress" in parsed(text.text)
    assert openmetrics.headers["Content-Type"].startswith("application/openmetrics-text; version=")
    read = text_string_to_metric_families(openmetrics.text)  # type: ignore[no-untyped-call]  # it has no types
    names = {family.name for family in read}
    assert "http_requests" in names
    assert openmetrics.text.endswith("# EOF\n")


@pytest.mark.parametrize(
    ("accepted", "deflated"),
    [
        *(("gzip, deflate", True), ("*", True), (",gzip", True)),
        *(("", False), (", ", False), ("gzip;q=0", False), ("br", False)),
    ],
)
def test_a_scrape_is_deflated_for_those_who_take_it(
    client: TestClient, accepted: str, *, deflated: bool
) -> None:
    with client.stream("GET", METRICS, headers={"Accept-Encoding": accepted}) as response:
        body = b"".join(response.iter_raw())

    assert response.headers.get("Content-Encoding") == ("gzip" if deflated else None)
    assert response.headers["Vary"] == "Accept, Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(body)
    text = gzip.decompress(body) if deflated else body
    assert b"# HELP http_requests_total" in text
    assert (5 * len(body) < len(text)) is deflated  # it is a tenth


def test_a_scrape_waits_for_no_thread_that_an_upload_may_hold(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    render, rendered_by = Metrics.render, []

    def watched(metrics: Metrics, accept: str) -> tuple[bytes, str]:
        rendered_by.append(threading.current_thread().name)
        return render(metrics, accept)

    monkeypatch.setattr(Metrics, "render", watched)
    client.get(METRICS)

    assert rendered_by == ["scrape_0"]


def test_headers_of_one_name_are_read_as_one(client: TestClient) -> None:
    asked = {
        "Accept": ["text/html", "application/openmetrics-text"],
        "Accept-Encoding": ["br", "gzip"],
    }

    answer = client.get(METRICS, headers=[(name, one) for name in asked for one in asked[name]])

    assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=")
    assert answer.headers["Content-Encoding"] == "gzip"


def test_there_are_no_created_series(client: TestClient) -> None:
    client.get("/health")

    assert [name for name in parsed(client.get(METRICS).text) if "_created" in name] == []


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"],
)
def test_a_scrape_without_the_token_is_refused(
    guarded: TestClient, authorization: str | None
) -> None:
    response = guarded.get(METRICS, headers=authorized(authorization))

    assert problem(response)["code"] == "unauthorized"
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Bearer "])
def test_a_scrape_with_the_token_is_answered(guarded: TestClient, scheme: str) -> None:
    response = guarded.get(METRICS, headers=authorized(f"{scheme} {TOKEN}"))

    assert response.status_code == 200


def test_the_token_is_neither_shown_nor_logged(guarded: TestClient) -> None:
    settings = guarded.app.state.services.settings  # type: ignore[attr-defined]  # a FastAPI
    with capture_logs() as lines:
        guarded.get(METRICS, headers=authorized(f"Bearer {TOKEN}"))

    assert TOKEN not in f"{settings!r} {settings.model_dump_json()} {lines}"


def test_scrapes_are_logged_at_debug(tmp_path: Path) -> None:
    app = create_app(Settings(workspace_dir=tmp_path, log_level="debug"))
    with capture_logs() as lines:
        TestClient(app).get(METRICS)

    assert [(line["event"], line["route"], line["log_level"]) for line in lines] == [
        ("request_finished", METRICS, "debug")
    ]
