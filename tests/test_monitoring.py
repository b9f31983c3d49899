"""The service measures itself: what each thing that happens moves, and that nothing else moves.

The first three tests are those of the requirement document, by their names.
"""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.core.config import Settings
from tests.app.scrapes import METRICS, families, moved, parsed, requests, scrape

pytestmark = pytest.mark.usefixtures("logging_as_before")


@pytest.fixture
def client() -> TestClient:
    """As the requirement's tests have it: the application of app.main, without its lifespan."""
    from app.main import app  # noqa: PLC0415  # importing it configures logging

    return TestClient(app)


def test_metrics_endpoint_exists(client: TestClient) -> None:
    response = client.get(METRICS)

    assert response.status_code == 200
    assert 'http_requests_total{endpoint="/",method="GET",status="200"}' in parsed(response.text)


def test_metrics_format(client: TestClient) -> None:
    response = client.get(METRICS)

    assert response.headers["Content-Type"].startswith("text/plain; version=")
    told = [family for family in families(response.text) if not family.documentation]
    assert told == []
    types = {family.name: family.type for family in families(response.text)}
    assert types["http_requests"] == "counter"
    assert types["http_request_duration_seconds"] == "histogram"
    assert types["active_conversions"] == "gauge"


def test_request_metrics_recorded(client: TestClient) -> None:
    before = scrape(client)

    assert client.get("/health").status_code == 200

    assert moved(before, scrape(client)) == requests("/health", 200, "GET")


def new_app(folder: Path) -> FastAPI:
    from app.main import create_app  # noqa: PLC0415

    return create_app(Settings(workspace_dir=folder))


@pytest.fixture
def fresh(tmp_path: Path) -> TestClient:
    return TestClient(new_app(tmp_path))


def test_a_scrape_is_counted_like_any_request(fresh: TestClient) -> None:
    name = 'http_requests_total{endpoint="/metrics",method="GET",status="200"}'

    assert [scrape(fresh)[name] for _ in range(3)] == [0, 1, 2]


def test_a_route_that_crashes_counts_one_500(tmp_path: Path) -> None:
    crashing = new_app(tmp_path)
    services, crashing.state.services = crashing.state.services, None

    response = TestClient(crashing).get("/health/ready")

    assert response.status_code == 500
    after = parsed(services.metrics.render("")[0].decode())
    assert moved({"conversion_slots": after["conversion_slots"]}, after) == requests(
        "/health/ready", 500, "GET"
    )


def test_a_thousand_addresses_and_methods_that_nobody_knows_add_one_series_each(
    fresh: TestClient,
) -> None:
    before = scrape(fresh)

    for number in range(1000):
        fresh.get(f"/nowhere/{number}")
        fresh.request(f"BREW{number}", "/health")

    after = scrape(fresh)
    assert moved(before, after) == {
        **requests("unmatched", 404, "GET", count=1000),
        **requests("/health", 405, "OTHER", count=1000),
    }
    new = {name for name in after.keys() - before.keys() if "http_requests_total" in name}
    assert len(new) == 2


def test_a_second_application_in_the_process_counts_for_itself(tmp_path: Path) -> None:
    one, other = TestClient(new_app(tmp_path)), TestClient(new_app(tmp_path))
    before = scrape(one), scrape(other)

    one.get("/health")

    assert moved(before[0], scrape(one)) == requests("/health", 200, "GET")
    assert moved(before[1], scrape(other)) == {}
