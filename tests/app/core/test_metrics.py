"""What is declared of the metrics, and what the outside says of it."""

import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.core import labels
from app.core.config import Settings
from app.core.declaration import Label
from app.core.metrics import Metrics, declarations
from app.core.metrics_reference import reference
from app.core.resource_figures import FIGURES, ResourceReading
from app.main import create_app
from docc2context import __version__
from tests.app.archives import doccarchive
from tests.app.scrapes import METRICS, parsed, scrape
from tests.app.serving import CONVERT, ROOT, eventually

CONTRACT = {
    "http_requests_total": "method endpoint status",
    "http_request_duration_seconds": "method endpoint",
    "http_requests_in_progress": "",
    "zip_extractions_total": "status",
    "zip_rejections_total": "reason",
    "zip_extraction_duration_seconds": "",
    "extraction_file_count": "",
    "extraction_size_bytes": "",
    "upload_size_bytes": "",
    "active_uploads": "",
    "active_conversions": "",
    "conversion_slots": "",
    "conversion_queue_length": "",
    "conversion_queue_wait_seconds": "",
    "conversion_duration_seconds": "",
    "conversion_oldest_start_timestamp_seconds": "",
    "conversions_total": "outcome",
    "conversion_errors_total": "error_type",
    "conversion_pages_total": "result",
    "conversion_unknown_nodes_total": "node",
    "converter_available": "",
    "service_ready": "check",
    "converter_locks_missing": "",
    "rate_limiter_up": "",
    "rate_limit_rejections_total": "endpoint",
    "event_loop_lag_seconds": "",
    "log_lines_dropped_total": "",
    "docc2context_build_info": "version python commit",
    "resource_usage": "resource_type",
    "docc2context_memory_working_set_bytes": "",
    "docc2context_memory_limit_bytes": "",
    "docc2context_memory_oom_kills_total": "",
    "docc2context_cpu_usage_seconds_total": "",
    "docc2context_cpu_limit_cores": "",
    "docc2context_cpu_periods_total": "",
    "docc2context_cpu_throttled_periods_total": "",
    "docc2context_filesystem_avail_bytes": "path",
    "docc2context_filesystem_size_bytes": "path",
    "docc2context_orphaned_workspaces": "",
    "docc2context_resources_last_success_timestamp_seconds": "",
}
"""Names and labels that dashboards and alerts rely on."""

REQUIRED_BOUNDS = {
    "http_request_duration_seconds": (0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10),
    "zip_extraction_duration_seconds": (0.1, 0.5, 1, 2, 5, 10, 30),
    "extraction_file_count": (1, 10, 100, 1000, 10_000),
    "extraction_size_bytes": (1024, 10_485_760, 104_857_600, 1_073_741_824),
}
"""The requirement document's."""

LAST_SUCCESS = "docc2context_resources_last_success_timestamp_seconds"

BOUNDS = {one.name: one.buckets.bounds for one in declarations() if one.buckets}


def rendered(metrics: Metrics) -> str:
    return metrics.render("")[0].decode()


def test_names_and_labels_are_those_that_were_agreed() -> None:
    declared: dict[str, tuple[Label, ...]] = {one.name: one.labels for one in declarations()}
    declared |= {one.name: one.labels for one in FIGURES}

    assert {name: " ".join(label.name for label in of) for name, of in declared.items()} == CONTRACT


def test_the_required_bounds_are_among_the_buckets() -> None:
    missing = {name: set(of) - set(BOUNDS[name]) for name, of in REQUIRED_BOUNDS.items()}

    assert missing == {name: set() for name in REQUIRED_BOUNDS}


@pytest.mark.parametrize("name", BOUNDS)
def test_buckets_are_few_and_ascend(name: str) -> None:
    assert len(BOUNDS[name]) <= 14
    assert list(BOUNDS[name]) == sorted(set(BOUNDS[name]))


def test_requests_are_counted_and_timed_apart() -> None:
    metrics = Metrics()
    for method, seconds in (("GET", 0.2), ("PUT", 3), ("PUT", 4)):
        metrics.request_finished(method, "/x", 200, seconds)

    series = parsed(rendered(metrics))

    counted = 'http_requests_total{{endpoint="/x",method="{}",status="200"}}'
    timed = 'http_request_duration_seconds_sum{{endpoint="/x",method="{}"}}'
    assert [series[counted.format(method)] for method in ("GET", "PUT")] == [1, 2]
    assert [series[timed.format(method)] for method in ("GET", "PUT")] == [0.2, 7]


@pytest.mark.parametrize("name", BOUNDS)
def test_a_histogram_has_the_buckets_that_are_declared(name: str) -> None:
    metrics = Metrics()
    metrics.start_requests_at_zero([("GET", "/x")])

    lines = [line for line in rendered(metrics).splitlines() if line.startswith(f"{name}_bucket")]

    bounds = [float(line.partition('le="')[2].partition('"')[0]) for line in lines]
    assert bounds == [*BOUNDS[name], math.inf]


def test_what_a_metric_means_is_told_with_it_and_to_openmetrics_its_unit() -> None:
    orphans = next(one for one in FIGURES if one.name == "docc2context_orphaned_workspaces")
    metrics = Metrics(latest_reading=lambda: {orphans.name: {(): 1.0}})

    told = rendered(metrics).splitlines()
    assert {f"# HELP {one.name} {one.help}" for one in [*declarations(), orphans]} <= set(told)
    units = metrics.render("application/openmetrics-text; version=1.0.0")[0].decode().splitlines()
    assert {"# UNIT upload_size_bytes bytes", "# UNIT http_requests requests"} <= set(units)


def test_the_standard_metrics_of_a_python_process_are_among_them() -> None:
    series = parsed(rendered(Metrics()))

    for start in ("process_start_time_seconds", "python_info{", "python_gc_collections_total{"):
        assert [name for name in series if name.startswith(start)]


def test_closed_sets_start_at_zero() -> None:
    series = parsed(rendered(Metrics(node_types=["paragraph"])))

    for one in declarations():
        if len(one.labels) == 1 and one.labels[0].values:
            label = one.labels[0]
            told = {f'{one.name}{{{label.name}="{value}"}}' for value in label.values}
            assert {name: series[name] for name in told} == dict.fromkeys(told, 0)
    assert series['conversion_unknown_nodes_total{node="paragraph"}'] == 0
    assert series[f'conversion_unknown_nodes_total{{node="{labels.OTHER}"}}'] == 0


def test_resource_figures_are_told_as_they_were_read() -> None:
    reading: ResourceReading = {
        "docc2context_cpu_usage_seconds_total": {(): 2.5},
        "resource_usage": {("cpu_percent",): 60.0, ("memory_mb",): 7.0},
    }

    series = parsed(rendered(Metrics(latest_reading=lambda: reading)))

    told = {name: value for name, value in series.items() if name.startswith(("docc", "resource"))}
    assert told == {
        "docc2context_cpu_usage_seconds_total": 2.5,
        'resource_usage{resource_type="cpu_percent"}': 60,
        'resource_usage{resource_type="memory_mb"}': 7,
    }


def test_the_build_is_told(tmp_path: Path) -> None:
    app = create_app(Settings(workspace_dir=tmp_path, build_commit="a1"))

    series = parsed(TestClient(app).get(METRICS).text)

    python = ".".join(map(str, sys.version_info[:3]))
    name = f'docc2context_build_info{{commit="a1",python="{python}",version="{__version__}"}}'
    assert series[name] == 1


def test_within_the_lifespan_resources_and_the_loop_are_measured(app: FastAPI) -> None:
    with TestClient(app) as client:
        eventually(lambda: scrape(client).get(LAST_SUCCESS), "resources are read")
        eventually(lambda: scrape(client)["event_loop_lag_seconds_count"], "the lag is measured")
        series = scrape(client)

    assert series["converter_available"] == 1
    assert series["docc2context_memory_working_set_bytes"] > 0


def test_the_reference_is_what_the_code_says() -> None:
    written = (ROOT / "DOCS" / "METRICS.md").read_text(encoding="utf-8")

    assert written == reference(), "run `make reference`"


def test_a_scrape_of_a_service_in_use_passes_promtool(app: FastAPI) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("SKIPPED: promtool is missing; Debian's package prometheus has it")
    with TestClient(app) as client:
        client.put(CONVERT, content=doccarchive("Foo"))
        client.put(CONVERT, content=b"hello")
        client.get("/nowhere")
        eventually(lambda: LAST_SUCCESS in client.get(METRICS).text, "resources are read")
        text = client.get(METRICS).text

    checked = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_a_scrape_has_a_usual_number_of_series(app: FastAPI) -> None:
    with TestClient(app) as client:
        series = parsed(client.get(METRICS).text)

    # SeriesExplosion asks for 4,000 samples.
    assert 300 < len(series) < 1500


def test_the_reference_can_be_made_from_the_command_line() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "app.core.metrics_reference"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        check=True,
    )

    assert made.stdout.decode("utf-8") == reference()
