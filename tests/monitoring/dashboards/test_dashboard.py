"""The dashboard: what is committed is what the code says, and every panel shows something."""

import json
import os
import re
import signal
import subprocess
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from monitoring import configs
from monitoring.dashboards import build
from monitoring.dashboards.panel import Panel, Query
from monitoring.dashboards.panels import ROWS
from monitoring.programs import ProgramMissing, Prometheus
from tests.app.archives import damaged_doccarchive, doccarchive
from tests.app.serving import NEEDS_PROC, Server, eventually
from tests.monitoring.rule_file import alerts
from tests.monitoring.rule_tests import NEEDS_PROMTOOL

PANELS = [panel for row in ROWS for panel in row.panels]
QUERIES = [query for panel in PANELS for query in panel.queries]
GRAFANA = configs.ROOT / "monitoring/grafana"

# What these ask is told of a container with limits alone; `make compose-test` asks them there.
OF_CONTAINERS = re.compile("memory_limit|oom_kills|cpu_throttled|cpu_periods")
# What this asks is told by Alertmanager, which is not started here.
OF_ALERTMANAGER = re.compile("alertmanager_")


def titles(panels: list[Panel]) -> list[str]:
    return [panel.title for panel in panels]


def test_the_committed_dashboard_is_what_the_code_says() -> None:
    assert build.FILE.read_text() == build.text(), "run `make dashboards`"


def test_the_committed_dashboard_has_nothing_that_grafanas_model_does_not_know() -> None:
    register_default_plugins()
    committed = json.loads(build.FILE.read_text())

    read = Dashboard.from_json(committed)

    assert json.loads(json.dumps(read, cls=JSONEncoder)) == committed


def test_every_panel_has_a_title_of_its_own_a_description_and_a_unit() -> None:
    assert len(set(titles(PANELS))) == len(PANELS)
    assert titles([panel for panel in PANELS if not (panel.description and panel.unit)]) == []


def test_every_playbook_that_a_panel_leads_to_is_that_of_an_alert() -> None:
    known = set(re.findall(r"/user/playbooks/(\w+)\.html", configs.RULES.read_text()))
    assert {panel.playbook for panel in PANELS if panel.playbook} - known == set()


def test_panels_share_the_grid_without_a_gap_or_an_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(build.FILE.read_text())["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + column, place["y"] + line)
            for column in range(place["w"])
            for line in range(place["h"])
        }
        assert cells & taken == set(), panel["title"]
        assert max(column for column, _ in cells) < 24, panel["title"]
        taken |= cells


def test_grafana_is_provisioned_with_the_source_that_panels_ask_and_with_the_file() -> None:
    (source,) = yaml.safe_load((GRAFANA / "datasources/prometheus.yml").read_text())["datasources"]
    (provider,) = yaml.safe_load((GRAFANA / "dashboards/docc2context.yml").read_text())["providers"]
    compose = yaml.safe_load((configs.ROOT / "docker-compose.yml").read_text())["services"]
    volumes = compose["grafana"]["volumes"]

    assert source["uid"] == build.SOURCE.uid
    assert source["url"] == "http://prometheus:9090"
    assert f"./monitoring/dashboards:{provider['options']['path']}:ro" in volumes
    assert "./monitoring/grafana:/etc/grafana/provisioning:ro" in volumes
    home = compose["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{provider['options']['path']}/{build.FILE.name}"


def promtool_has_against(expr: str, series: dict[str, str], told: dict[str, float]) -> str:
    """What promtool says unless the expression is after ten minutes what is told."""
    document = {
        "evaluation_interval": "15s",
        "tests": [
            {
                "interval": "15s",
                "input_series": [{"series": name, "values": of} for name, of in series.items()],
                "promql_expr_test": [
                    {
                        "expr": expr,
                        "eval_time": "10m",
                        "exp_samples": [
                            {"labels": labels, "value": value} for labels, value in told.items()
                        ],
                    }
                ],
            }
        ],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        yaml.safe_dump(document, file)
        file.flush()
        done = subprocess.run(
            ["promtool", "test", "rules", file.name], capture_output=True, text=True, check=False
        )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@NEEDS_PROMTOOL
def test_a_replica_whose_loop_is_blocked_is_seen_beside_those_that_are_well() -> None:
    lag = 'event_loop_lag_seconds_bucket{job="docc2context", instance="%s:8000", le="%s"}'
    counts = {"a": {"0.01": 60, "1": 60, "+Inf": 60}, "b": {"0.01": 0, "1": 1, "+Inf": 1}}
    series = {
        lag % (replica, bound): f"0+{count}x60"
        for replica, of in counts.items()
        for bound, count in of.items()
    }
    (panel,) = [panel for panel in PANELS if panel.title == "Event loop lag"]
    median, _ = panel.queries

    told = {'{instance="a:8000"}': 0.005, '{instance="b:8000"}': 0.505}
    assert promtool_has_against(median.expr, series, told) == ""
    assert {query.legend for query in panel.queries} == {
        "{{instance}} event_loop_lag p50",
        "{{instance}} event_loop_lag p99",
    }


def test_each_share_that_high_error_rate_asks_for_is_drawn() -> None:
    over = re.findall(r"(job:\w+_5xx:\w+) / (job:\w+:\w+)", alerts()["HighErrorRate"]["expr"])
    (panel,) = [panel for panel in PANELS if panel.title == "Share of failed requests"]

    assert len(over) == 2
    assert {(failed, every) for failed, every in over} <= {
        tuple(re.findall(r"^\((job:\w+:\w+) .* / (job:\w+:\w+)$", query.expr)[0])
        for query in panel.queries
    }


def asked(url: str, query: Query) -> list[float]:
    """What Prometheus answers now, without those that are not a number."""
    expr = query.expr.replace("$__rate_interval", "1m")
    form = urllib.parse.urlencode({"query": expr}).encode()
    with urllib.request.urlopen(f"{url}/api/v1/query", form) as answer:
        document: dict[str, Any] = json.load(answer)
    numbers = [float(one["value"][1]) for one in document["data"]["result"]]
    return [one for one in numbers if one == one]  # noqa: PLR0124  # NaN is not itself


def under_load(server: Server, archive: bytes) -> None:
    """One of each: a page, converted, refused, damaged, no page, and failed by our fault."""
    assert httpx2.get(f"http://127.0.0.1:{server.port}/").status_code == 200
    assert server.put(doccarchive("Foo")).status_code == 200
    assert server.put(b"no zip").status_code == 415
    assert server.put(damaged_doccarchive()).status_code == 400
    assert httpx2.get(f"http://127.0.0.1:{server.port}/nowhere").status_code == 404
    with server.begin(archive) as connection:
        (child,) = eventually(server.converting, "the conversion runs")
        os.kill(child, signal.SIGKILL)
        assert b" 500 " in connection.recv(100)


@pytest.fixture(scope="module")
def prometheus(
    start_server: Callable[..., Server],
    tmp_path_factory: pytest.TempPathFactory,
    slow_archive: bytes,
) -> Iterator[Prometheus]:
    """Has watched a load, with the shipped rules; its times are shortened."""
    folder: Path = tmp_path_factory.mktemp("prometheus")
    server = start_server()
    rules = configs.load(configs.RULES)
    for group in rules["groups"]:
        group["interval"] = "1s"
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(configs.write(rules, folder / "rules.yml"))],
        "scrape_configs": [
            {
                "job_name": "docc2context",
                "static_configs": [{"targets": [f"127.0.0.1:{server.port}"]}],
            }
        ],
    }
    try:
        program = Prometheus(folder, configs.write(config, folder / "prometheus.yml"))
    except ProgramMissing as missing:
        pytest.skip(f"SKIPPED: {missing}")
    with program:
        first = Query('count_over_time(http_requests_total{endpoint="/metrics"}[1m]) > 1')
        eventually(lambda: asked(program.url, first), "two scrapes before the load")
        under_load(server, slow_archive)
        told = Query("job:conversions_bad:ratio_rate3d > 0")
        eventually(lambda: asked(program.url, told), "the load is scraped and the rules have run")
        yield program


@NEEDS_PROC
@pytest.mark.parametrize("panel", PANELS, ids=titles(PANELS))
def test_every_query_of_a_panel_shows_something_of_a_real_load(
    prometheus: Prometheus, panel: Panel
) -> None:
    elsewhere = (OF_CONTAINERS, OF_ALERTMANAGER)
    queries = [one for one in panel.queries if not any(kind.search(one.expr) for kind in elsewhere)]
    for query in queries:
        eventually(lambda: asked(prometheus.url, query), f"something for {query.expr}")  # noqa: B023  # called at once


@NEEDS_PROC
def test_the_error_budget_counts_what_failed_by_our_fault(prometheus: Prometheus) -> None:
    (budget,) = [panel for panel in PANELS if panel.title == "Error budget left"]
    eventually(
        lambda: asked(prometheus.url, budget.queries[0])[0] < 0, "one of two conversions is missed"
    )
