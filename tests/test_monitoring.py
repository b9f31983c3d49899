"""The service measures itself: what each thing that happens moves, and that nothing else moves.

The first three tests are those of the requirement document, by their names.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.core.config import Settings
from tests.app.archives import (
    article,
    article_of_noise,
    damaged_doccarchive,
    doccarchive,
    page_entry,
    zipped,
)
from tests.app.one_loop import one_loop
from tests.app.scrapes import METRICS, Scrape, families, moved, parsed, requests, scrape
from tests.app.serving import CONVERT, NEEDS_PROC, Server, eventually


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
    from app.main import create_app  # noqa: PLC0415  # as above

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
    constant = {name: after[name] for name in ("conversion_slots", "rate_limiter_up")}
    assert moved(constant, after) == requests("/health/ready", 500, "GET")


def test_a_hundred_addresses_and_methods_that_nobody_knows_add_one_series_each(
    fresh: TestClient,
) -> None:
    before = scrape(fresh)

    with one_loop(fresh):
        for number in range(100):
            fresh.get(f"/nowhere/{number}")
            fresh.request(f"BREW{number}", "/health")

    after = scrape(fresh)
    assert moved(before, after) == {
        **requests("unmatched", 404, "GET", count=100),
        **requests("/health", 405, "OTHER", count=100),
    }
    new = {name for name in after.keys() - before.keys() if "http_requests_total" in name}
    assert len(new) == 2


def test_a_second_application_in_the_process_counts_for_itself(tmp_path: Path) -> None:
    one, other = TestClient(new_app(tmp_path)), TestClient(new_app(tmp_path))
    before = scrape(one), scrape(other)

    one.get("/health")

    assert moved(before[0], scrape(one)) == requests("/health", 200, "GET")
    assert moved(before[1], scrape(other)) == {}


MAX_UPLOAD_BYTES = 20_000_000
OLDEST = "conversion_oldest_start_timestamp_seconds"


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(
        CONVERSION_SLOTS=1,
        CONVERSION_QUEUE=0,
        MAX_UPLOAD_BYTES=MAX_UPLOAD_BYTES,
        MAX_OUTPUT_BYTES=30_000_000,
    )


class Moves(dict[str, float]):
    """What moves during a block, to be looked at after it."""


@contextmanager
def watched(server: Server) -> Iterator[Moves]:
    """What the block moves, once nothing is running and the last request is counted."""
    before, moves = scrape(server.client), Moves()
    yield moves
    eventually(lambda: is_settled(scrape(server.client)), "all requests have ended")
    moves.update(moved(before, scrape(server.client)))


def is_settled(series: Scrape) -> bool:
    """Whether the scrape itself is the only request in progress."""
    return series["http_requests_in_progress"] == 1 and series["active_conversions"] == 0


def received(*archives: bytes) -> Scrape:
    """What uploads move that are received whole."""
    return {
        "upload_size_bytes_count": len(archives),
        "upload_size_bytes_sum": sum(map(len, archives)),
    }


RAN = {"conversion_queue_wait_seconds_count": 1, "conversion_duration_seconds_count": 1}


def ended(outcome: str, extraction: str, error_type: str = "", reason: str = "") -> Scrape:
    """What a conversion that had a slot moves."""
    named = {
        f'conversion_errors_total{{error_type="{error_type}"}}': error_type,
        f'zip_rejections_total{{reason="{reason}"}}': reason,
    }
    return {
        **RAN,
        f'conversions_total{{outcome="{outcome}"}}': 1,
        f'zip_extractions_total{{status="{extraction}"}}': 1,
        **{name: 1 for name, is_told in named.items() if is_told},
    }


@NEEDS_PROC
def test_a_success_moves_these(server: Server) -> None:
    strange = article("Bar") | {"abstract": [{"type": "p0ll"}, {"type": "paragraph"}]}
    pages = {
        "Foo": json.dumps(article("Foo")).encode(),
        "Bar": json.dumps(strange).encode(),
        "broken": b"{",
    }
    archive = zipped({page_entry(name): data for name, data in pages.items()})

    with watched(server) as moves:
        assert server.put(archive).status_code == 200

    assert moves == {
        **requests(CONVERT, 200),
        **received(archive),
        **ended("success", "success"),
        "zip_extraction_duration_seconds_count": 1,
        "extraction_file_count_count": 1,
        "extraction_file_count_sum": 3,
        "extraction_size_bytes_count": 1,
        "extraction_size_bytes_sum": sum(map(len, pages.values())),
        'conversion_pages_total{result="converted"}': 2,
        'conversion_pages_total{result="skipped"}': 1,
        'conversion_unknown_nodes_total{node="paragraph"}': 1,
        'conversion_unknown_nodes_total{node="other"}': 1,
    }


@NEEDS_PROC
@pytest.mark.parametrize(
    ("body", "status", "verdict"),
    [
        (
            b"hello",
            415,
            ended("client_error", "failed_validation", "validation_error", "not_a_zip"),
        ),
        (
            zipped({"readme.txt": b"hello"}),
            422,
            ended("client_error", "failed_validation", "validation_error", "no_docc_data"),
        ),
        (
            damaged_doccarchive(),
            400,
            ended("client_error", "failed_extraction", "extraction_error", "invalid_zip"),
        ),
        (
            doccarchive(foo=b"{"),
            422,
            ended("client_error", "failed_extraction", "extraction_error", "no_convertible_pages"),
        ),
        (
            doccarchive(noise=article_of_noise(15_500_000)),
            413,
            ended("client_error", "success", "cli_error", "output_too_large"),
        ),
    ],
    ids=["not a zip", "no pages", "damaged", "no good page", "too much output"],
)
def test_an_archive_that_is_refused_moves_these(
    server: Server, body: bytes, status: int, verdict: Scrape
) -> None:
    with watched(server) as moves:
        assert server.put(body).status_code == status

    assert moves == {**requests(CONVERT, status), **received(body), **verdict}


@NEEDS_PROC
@pytest.mark.parametrize(
    ("body", "status", "verdict"),
    [
        (
            b"",
            400,
            {
                'zip_rejections_total{reason="empty_upload"}': 1,
                'zip_extractions_total{status="failed_validation"}': 1,
            },
        ),
        (
            bytes(MAX_UPLOAD_BYTES + 1),
            413,
            {'zip_rejections_total{reason="upload_too_large"}': 1},
        ),
    ],
    ids=["empty", "too large"],
)
def test_an_upload_that_is_refused_moves_these_and_is_no_conversion(
    server: Server, body: bytes, status: int, verdict: Scrape
) -> None:
    with watched(server) as moves:
        assert server.put(body).status_code == status

    assert moves == {**requests(CONVERT, status), **verdict}


@NEEDS_PROC
def test_a_conversion_that_runs_is_seen_and_who_finds_no_slot_moves_these(
    server: Server, slow_archive: bytes
) -> None:
    small = doccarchive("Foo")
    with ThreadPoolExecutor(1) as pool, watched(server) as moves:
        slow = pool.submit(server.put, slow_archive)
        (child,) = eventually(server.converting, "the conversion runs")
        busy = server.put(small)
        during = scrape(server.client)
        os.kill(child, signal.SIGKILL)
        assert (busy.status_code, slow.result().status_code) == (503, 500)

    assert (during["active_conversions"], during["conversion_slots"]) == (1, 1)
    assert during[OLDEST] > during["process_start_time_seconds"]
    assert scrape(server.client)[OLDEST] == 0
    assert moves == {
        **requests(CONVERT, 503),
        **requests(CONVERT, 500),
        # The reader has found no fault as far as it came, and the client is not to blame.
        **ended("server_error", "success", "cli_error"),
        'conversions_total{outcome="rejected_busy"}': 1,
        **received(slow_archive, small),
        f'http_request_duration_seconds_count{{endpoint="{CONVERT}",method="PUT"}}': 2,
    }


@NEEDS_PROC
def test_a_timeout_moves_these(start_server: Callable[..., Server], slow_archive: bytes) -> None:
    server = start_server(CONVERSION_TIMEOUT_SECONDS=0.5)

    with watched(server) as moves:
        assert server.put(slow_archive).status_code == 504

    assert moves == {
        **requests(CONVERT, 504),
        **received(slow_archive),
        **ended("timeout", "success", "timeout"),
    }


@NEEDS_PROC
def test_a_client_that_hangs_up_while_it_waits_moves_these(
    server: Server, slow_archive: bytes
) -> None:
    with watched(server) as moves:
        connection = server.begin(slow_archive)
        eventually(server.children, "the conversion runs")
        connection.close()

    assert moves == {
        **requests(CONVERT, 499),
        **received(slow_archive),
        **ended("cancelled", "success"),
    }


@NEEDS_PROC
def test_an_aborted_upload_counts_499_and_nothing_else(server: Server) -> None:
    head = f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n".encode()

    with watched(server) as moves, server.send(head + bytes(500_000)):
        eventually(
            lambda: scrape(server.client)["http_requests_in_progress"] == 2,
            "the upload has begun",
        )

    assert moves == requests(CONVERT, 499)


@NEEDS_PROC
def test_an_aborted_download_counts_499_for_a_conversion_that_succeeded(server: Server) -> None:
    archive = doccarchive(noise=article_of_noise(8_000_000))

    with watched(server) as moves, server.begin(archive) as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"

    assert requests(CONVERT, 499).items() <= moves.items()
    assert ended("success", "success").items() <= moves.items()
    assert [name for name in moves if 'status="200"' in name] == []


@NEEDS_PROC
def test_an_answer_is_timed_to_its_last_byte(server: Server) -> None:
    archive = doccarchive(noise=article_of_noise(8_000_000))
    name = f'http_requests_total{{endpoint="{CONVERT}",method="PUT",status="200"}}'
    before = scrape(server.client)

    with server.begin(archive) as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"
        # The client reads no further: what the kernel does not take keeps the request going.
        during = scrape(server.client)
        while connection.recv(1 << 20):
            if is_settled(scrape(server.client)):
                break

    assert during[name] == before[name]
    assert during["http_requests_in_progress"] == 2
    assert during["active_conversions"] == 0
    eventually(lambda: scrape(server.client)[name] == before[name] + 1, "it has been counted")
