"""What monitoring/cloudwatch asks for is there: in a live scrape, as a real Prometheus relabels it.

AWS itself is asked nothing: DOCS/MONITORING.md says so.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from tests.app.archives import doccarchive
from tests.app.serving import ROOT, Server, eventually
from tests.monitoring.docs.clients import instant, prometheus
from tests.monitoring.rule_file import left_out

FOLDER = ROOT / "monitoring" / "cloudwatch"
SCRAPE = (FOLDER / "prometheus.yaml").read_text(encoding="utf-8")
AGENT = json.loads((FOLDER / "agent.json").read_text(encoding="utf-8"))
POLICY = json.loads((FOLDER / "iam-policy.json").read_text(encoding="utf-8"))
ALARMS: dict[str, Any] = yaml.safe_load((FOLDER / "alarms.yaml").read_text())["Resources"]
RULES = (ROOT / "alert_rules.yml").read_text(encoding="utf-8")

COLLECTED = AGENT["logs"]["metrics_collected"]["prometheus"]
EMF = COLLECTED["emf_processor"]
DECLARATIONS: list[dict[str, Any]] = EMF["metric_declaration"]

ONLY_IN_CONTAINERS = {"docc2context_memory_limit_bytes", "docc2context_memory_oom_kills_total"}

Series = list[dict[str, str]]


@pytest.fixture(scope="module")
def scraper(
    start_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx2.Client]:
    """A Prometheus with the agent's scrape configuration, which has seen one of each result.

    And requests that are none of them: by a method that its route does not take, a page, and the
    question that a browser asks before an upload from another site.
    """
    server = start_server(CORS_ORIGINS="https://docs.example")
    assert server.put(doccarchive("Foo")).status_code == 200
    (server.workspace / "DRAIN").touch()
    assert server.put(doccarchive("Foo")).status_code == 503
    (server.workspace / "DRAIN").unlink()
    assert server.client.get("/api/v1/convert").status_code == 405
    assert server.client.get("/").status_code == 200
    asking = {"Origin": "https://docs.example", "Access-Control-Request-Method": "PUT"}
    assert server.client.options("/api/v1/convert", headers=asking).status_code == 200
    configuration = SCRAPE.replace("localhost:8000", f"localhost:{server.port}")
    configuration = configuration.replace("scrape_interval: 1m", "scrape_interval: 1s")
    configuration = configuration.replace("scrape_timeout: 10s", "scrape_timeout: 1s")
    with prometheus(tmp_path_factory.mktemp("scraper"), configuration) as client:
        eventually(lambda: instant(client, "converter_available"), "a scrape")
        yield client


@pytest.fixture(scope="module")
def series(scraper: httpx2.Client) -> Series:
    """What the agent would have after its scrape, but for what Prometheus adds by itself."""
    everything = instant(scraper, '{job="docc2context", __name__!~"up|scrape_.+"}')
    return [one["metric"] for one in everything]


def having(series: Series, name: str, labels: set[str]) -> Series:
    return [one for one in series if one["__name__"] == name and labels <= one.keys()]


def test_every_series_that_is_scraped_is_declared_and_has_its_dimensions(series: Series) -> None:
    for one in series:
        declared = [
            dimensions
            for declaration in DECLARATIONS
            for selector in declaration["metric_selectors"]
            for dimensions in declaration["dimensions"]
            if re.search(selector, one["__name__"])
        ]
        assert len(declared) == 1, one
        assert set(declared[0]) <= one.keys()


def test_every_declaration_finds_series_of_its_job(series: Series) -> None:
    names = {one["__name__"] for one in series} | ONLY_IN_CONTAINERS
    for declaration in DECLARATIONS:
        assert declaration["source_labels"] == ["job"]
        assert re.search(declaration["label_matcher"], "docc2context")
        for selector in declaration["metric_selectors"]:
            assert any(re.search(selector, name) for name in names), selector
    assert EMF["metric_unit"].keys() <= names


def test_requests_are_told_apart_by_whose_fault_they_are(scraper: httpx2.Client) -> None:
    found = instant(scraper, "sum by (result) (http_requests_total)")

    assert {one["metric"]["result"]: one["value"][1] for one in found} == {
        "server_error": "1",
        "other": "1",
    }


def test_the_requests_left_out_are_those_that_the_rules_leave_out() -> None:
    relabelings = yaml.safe_load(SCRAPE)["scrape_configs"][0]["metric_relabel_configs"]

    dropped = {
        tuple(one["source_labels"]): one["regex"]
        for one in relabelings
        if one.get("action") == "drop"
    }
    assert dropped == {
        ("__name__", label): f"http_requests_total;({values})"
        for label, values in left_out().items()
    }


def stats(properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each metric that an alarm looks at."""
    if "Metrics" not in properties:
        yield properties
    for one in properties.get("Metrics", []):
        if "MetricStat" in one:
            yield one["MetricStat"]["Metric"]


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_looks_at_metrics_that_are_sent_with_its_dimensions(
    alarm: str, series: Series
) -> None:
    looked_at = list(stats(ALARMS[alarm]["Properties"]))
    assert looked_at
    for metric in looked_at:
        name = metric["MetricName"]
        dimensions = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
        assert metric["Namespace"] == EMF["metric_namespace"]
        assert sorted(dimensions) in [
            sorted(declared)
            for declaration in DECLARATIONS
            if any(re.search(selector, name) for selector in declaration["metric_selectors"])
            for declared in declaration["dimensions"]
        ]
        fixed = {label: value for label, value in dimensions.items() if isinstance(value, str)}
        assert name in ONLY_IN_CONTAINERS or any(
            fixed.items() <= one.items() for one in having(series, name, set(dimensions))
        )


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_expression_of_an_alarm_uses_each_of_its_metrics(alarm: str) -> None:
    metrics = ALARMS[alarm]["Properties"].get("Metrics", [])
    expressions = [one["Expression"] for one in metrics if "Expression" in one]
    words = set(re.findall(r"\b[a-z]+\b", " ".join(expressions)))
    assert words == {one["Id"] for one in metrics if "MetricStat" in one}


def test_the_alarms_are_the_six_of_the_requirement_with_their_playbooks() -> None:
    told = yaml.safe_load(RULES)["groups"][0]["rules"]
    playbooks = {
        rule["alert"]: Path(rule["annotations"]["runbook_url"]).stem
        for rule in told
        if "alert" in rule
    }

    assert len(ALARMS) == 6
    for name, alarm in ALARMS.items():
        assert f"Playbook {playbooks[name]}.md" in alarm["Properties"]["AlarmDescription"]


def test_the_policy_allows_writing_to_the_one_log_group_and_nothing_else() -> None:
    (statement,) = POLICY["Statement"]
    group = f"arn:aws:logs:*:*:log-group:{COLLECTED['log_group_name']}"

    assert statement["Effect"] == "Allow"
    assert {one.split(":")[0] for one in statement["Action"]} == {"logs"}
    assert statement["Resource"] == [group, f"{group}:*"]
