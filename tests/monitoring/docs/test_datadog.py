"""Datadog's own OpenMetrics check, configured by monitoring/datadog, against a live service."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric

from monitoring.programs import free_port
from tests.app.archives import doccarchive
from tests.app.scrapes import METRICS, families
from tests.app.serving import ROOT, Server
from tests.monitoring.rule_file import alerts, left_out

CONFIGURATION = ROOT / "monitoring" / "datadog" / "openmetrics.d" / "conf.yaml"
MONITORS = ROOT / "monitoring" / "datadog" / "monitors.json"
RUNNER = Path(__file__).with_name("run_datadog_check.py")

ONLY_IN_CONTAINERS = {
    "docc2context_memory_limit_bytes",
    "docc2context_memory_oom_kills",
    "docc2context_cpu_periods",
    "docc2context_cpu_throttled_periods",
}

SHIPPED: list[dict[str, Any]] = json.loads(MONITORS.read_text())
QUERIES = {one["name"]: one["query"] for one in SHIPPED}
"""What each monitor asks, by the monitor's name."""

Run = Callable[[], dict[str, Any]]


def instance(text: str) -> dict[str, Any]:
    (only,) = yaml.safe_load(text)["instances"]
    assert isinstance(only, dict)
    return only


TEXT = CONFIGURATION.read_text(encoding="utf-8")
INSTANCE = instance(TEXT)
MAPPED: dict[str, str] = INSTANCE["metrics"][0]
EXCLUDED = re.compile("|".join(INSTANCE["exclude_metrics"]))


@contextmanager
def agent(folder: Path, port: int, text: str = TEXT) -> Iterator[Run]:
    """The check as the Agent would run it; each call is one run, and gives what arrived."""
    configuration = folder / "conf.yaml"
    configuration.write_text(text.replace("localhost:8000", f"127.0.0.1:{port}"))
    with subprocess.Popen(
        [sys.executable, str(RUNNER), str(configuration)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def run() -> dict[str, Any]:
            stdin.write("\n")
            stdin.flush()
            told: dict[str, Any] = json.loads(stdout.readline())
            return told

        yield run
        stdin.close()


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


@pytest.fixture(scope="module")
def scraped(server: Server) -> list[Metric]:
    assert server.put(doccarchive("Foo")).status_code == 200
    return families(server.client.get(METRICS).text)


@pytest.fixture(scope="module")
def arrived(
    server: Server,
    scraped: list[Metric],  # noqa: ARG001  # there is something to be told of
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What the second run brings: the first is where counters begin."""
    with agent(tmp_path_factory.mktemp("agent"), server.port) as run:
        assert run()["error"] == ""
        assert server.put(doccarchive("Foo")).status_code == 200
        assert server.put(b"hello").status_code == 415
        told = run()
    assert told["error"] == ""
    return told


def expected_names(family: Metric) -> set[str]:
    """As what the metrics of a family arrive in Datadog."""
    name = f"docc2context.{MAPPED[family.name]}"
    if family.type == "histogram":
        return {name, f"{name}.count", f"{name}.sum"}
    return {f"{name}.count"} if family.type == "counter" else {name}


def values(told: Mapping[str, Any], name: str, tag: str) -> list[float]:
    return [one["value"] for one in told["metrics"] if one["name"] == name and tag in one["tags"]]


def test_every_metric_is_either_mapped_or_left_out_by_name(scraped: list[Metric]) -> None:
    names = {family.name for family in scraped}

    assert {name for name in names if (name in MAPPED) == bool(EXCLUDED.fullmatch(name))} == set()
    assert MAPPED.keys() - names <= ONLY_IN_CONTAINERS


def test_every_mapped_metric_arrives_and_no_other(
    scraped: list[Metric], arrived: dict[str, Any]
) -> None:
    names = {one["name"] for one in [*arrived["metrics"], *arrived["buckets"]]}

    mapped = [family for family in scraped if family.name in MAPPED and family.samples]
    assert names == set().union(*map(expected_names, mapped))
    assert arrived["health"] == [0]


def test_values_and_tags_are_those_of_the_service(server: Server, arrived: dict[str, Any]) -> None:
    success = "docc2context.zip.extractions.count", "status:success"
    refused = "docc2context.zip.rejections.count", "reason:not_a_zip"
    endpoint = f"endpoint:http://127.0.0.1:{server.port}/metrics"

    assert values(arrived, *success) == [2]
    assert values(arrived, *refused) == [1]
    (converted,) = [
        one["tags"]
        for one in arrived["metrics"]
        if one["name"] == "docc2context.http.requests.count"
        and {"route:/api/v1/convert", "method:PUT", "status:200"} <= set(one["tags"])
    ]
    assert len(converted) == 4
    assert endpoint in converted
    # An address of the check and a route of ours under one name could not be told apart.
    told = [one["tags"] for one in arrived["metrics"]]
    assert {sum(tag.startswith("endpoint:") for tag in tags) for tags in told} == {1}


def test_a_distribution_has_every_conversion(arrived: dict[str, Any]) -> None:
    durations = [
        one["value"]
        for one in arrived["buckets"]
        if one["name"] == "docc2context.conversions.duration"
    ]
    assert sum(durations) == 3


def test_a_token_is_sent_as_the_comment_says(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    token = tmp_path / "metrics_token"
    token.write_text("of-the-drill\n")
    server = start_server(METRICS_TOKEN="of-the-drill")
    block = re.search(r"(?m)^    # auth_token:\n(?:    # .*\n)+", TEXT)
    assert block is not None
    uncommented = (
        block[0]
        .replace("    # ", "    ")
        .replace("/etc/datadog-agent/secrets/metrics_token", str(token))
    )

    assert server.client.get(METRICS).status_code == 401
    with agent(tmp_path, server.port, TEXT.replace(block[0], uncommented)) as run:
        assert run()["health"] == [0]


def test_a_service_that_is_down_fails_the_health_check(tmp_path: Path) -> None:
    with agent(tmp_path, free_port()) as run:
        assert run()["health"] == [2]


@pytest.mark.parametrize("monitor", SHIPPED, ids=lambda monitor: monitor["name"])
def test_a_monitor_asks_for_what_arrives(
    monitor: dict[str, Any], arrived: dict[str, Any], scraped: list[Metric]
) -> None:
    tags = {tag.split(":")[0] for one in arrived["metrics"] for tag in one["tags"]}
    names = {one["name"] for one in arrived["metrics"]}
    absent = ONLY_IN_CONTAINERS - {family.name for family in scraped}
    names |= {f"docc2context.{MAPPED[name]}" for name in absent}

    query = monitor["query"]
    asked = set(re.findall(r"docc2context(?:\.[a-z_]+)+", query)) - {
        "docc2context.openmetrics.health"
    }
    assert asked <= names
    grouped = re.findall(r"by \{([^}]*)\}", query)
    assert {label for group in grouped for label in group.split(",")} <= tags
    assert {re.split("[:}]", one)[0] for one in re.findall(r"[{,]!?([a-z]+:)", query)} <= tags
    assert re.search(r"DOCS/PLAYBOOKS/[a-z_]+\.md", monitor["message"])


def test_the_monitor_of_errors_leaves_out_what_the_rule_leaves_out() -> None:
    query = QUERIES["docc2context: HighErrorRate, share"]
    (everything,) = re.findall(r"/ sum:docc2context\.http\.requests\.count\{([^}]*)\}", query)
    route, *excluded = everything.split(",")
    rule = left_out()
    routes = rule.pop("endpoint")

    assert route == "route:/api/v1/convert"
    assert not re.fullmatch(routes, "/api/v1/convert")
    assert excluded == [f"!{label}:{value}" for label, value in rule.items()]


@pytest.mark.parametrize("alert", ["HighErrorRate", "HighExtractionFailureRate"])
def test_a_share_of_failures_needs_as_many_of_them_as_the_rule(alert: str) -> None:
    name = f"docc2context: {alert}"
    share = QUERIES[f"{name}, share"]
    failures = share.split(" / ")[0]
    (minimum, *others) = re.findall(r">= (\d+)", alerts()[alert]["expr"])

    assert set(others) <= {minimum}
    assert QUERIES[f"{name}, count"] == f"{failures} >= {minimum}"
    assert QUERIES[name] == f"<{name}, share> && <{name}, count>"


def test_only_what_is_needed_together_with_a_count_is_a_ratio_of_counts() -> None:
    ratios = {name for name, query in QUERIES.items() if query.count(".as_count()") > 1}

    assert {name.removesuffix(", share") for name in ratios} == {
        name for name, query in QUERIES.items() if "&&" in query
    }


def test_no_notification_rule_for_a_severity_takes_a_part_of_an_alert() -> None:
    without = {
        one["name"]
        for one in SHIPPED
        if not any(tag.startswith("severity:") for tag in one["tags"])
    }

    assert without == {name for name in QUERIES if name.endswith((", share", ", count"))}


def test_a_monitors_threshold_is_that_of_its_query() -> None:
    for monitor in SHIPPED:
        if monitor["type"] == "query alert":
            limit = float(monitor["query"].rsplit(maxsplit=1)[1])
            assert limit == monitor["options"]["thresholds"]["critical"]
