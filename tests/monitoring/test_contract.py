"""What the rules ask for exists: each metric, label and value, in the real service and programs."""

import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import promql_parser
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.api.route_table import UNMATCHED
from app.api.routes import page
from app.core.errors import ErrorCode
from app.core.labels import METHODS
from app.core.resource_figures import FIGURES
from app.main import QUIET
from tests.app.scrapes import families
from tests.monitoring.instances import NEEDS_PROGRAMS, alertmanager_of, fetched, prometheus_of
from tests.monitoring.rule_file import alerts, groups, left_out, records, rules

Known = dict[str, dict[str, set[str]]]
"""The values of each label of each metric."""

OPEN: Final = {"le", "path", "instance", "rule_group"}
"""Labels whose values no rule may ask for."""

OF_SCRAPES: Final = ("up", "scrape_samples_post_metric_relabeling")
"""What Prometheus itself says of each target."""

TABLE: Final = {
    "HighErrorRate": ("2m", "critical"),
    "HighExtractionFailureRate": ("5m", "warning"),
    "HighMemoryUsage": ("2m", "critical"),
    "HighCPUUsage": ("10m", "warning"),
    "LowDiskSpace": ("5m", "critical"),
    "ServiceDown": ("1m", "critical"),
    "RateLimitTriggered": ("5m", "warning"),
    "SuspiciousArchives": ("1m", "warning"),
    "ConversionErrorBudgetFastBurn": ("2m", "critical"),
    "ConversionErrorBudgetBurn": ("15m", "critical"),
    "ConversionErrorBudgetSlowBurn": ("1h", "warning"),
    "ServiceAbsent": ("2m", "critical"),
    "ReplicaMissing": ("5m", "warning"),
    "ServiceRestarting": (None, "warning"),
    "ConverterUnavailable": ("2m", "critical"),
    "ServiceNotReady": ("5m", "critical"),
    "ConversionsSaturated": (None, "warning"),
    "ConversionStuck": (None, "warning"),
    "ConversionSlow": ("10m", "warning"),
    "ConversionsAbandoned": ("5m", "warning"),
    "EventLoopBlocked": ("5m", "warning"),
    "RateLimiterUnavailable": ("5m", "warning"),
    "WorkspaceLeak": (None, "warning"),
    "ResourceMetricsStale": ("5m", "warning"),
    "SeriesExplosion": ("10m", "warning"),
    "MemoryOOMKill": (None, "critical"),
    "CPUThrottled": ("15m", "warning"),
    "DiskWillFillIn4Hours": ("30m", "warning"),
    "MonitoringTargetDown": ("5m", "critical"),
    "PrometheusConfigReloadFailed": ("10m", "critical"),
    "PrometheusRuleFailures": ("15m", "critical"),
    "PrometheusNotConnectedToAlertmanager": ("10m", "critical"),
    "PrometheusAlertsNotDelivered": ("5m", "critical"),
    "AlertmanagerConfigReloadFailed": ("10m", "critical"),
    "AlertmanagerNotificationsFailing": ("5m", "warning"),
    "PrometheusStorageNearLimit": ("1h", "warning"),
    "PrometheusSampleLimitHit": ("15m", "warning"),
    "Watchdog": (None, "none"),
}
"""How long each alert waits, and how severe it is: the contract with those who are called."""


def selectors(expr: Any) -> Iterator[Any]:
    """All vector selectors of a parsed expression."""
    if isinstance(expr, promql_parser.VectorSelector):
        yield expr
    for part in ("lhs", "rhs", "expr", "param", "vector_selector"):
        if (inner := getattr(expr, part, None)) is not None:
            yield from selectors(inner)
    for inner in getattr(expr, "args", ()):
        yield from selectors(inner)


def known_of(scrape: str) -> Known:
    """What a scrape exposes."""
    known: Known = {}
    for sample in (sample for family in families(scrape) for sample in family.samples):
        labels = known.setdefault(sample.name, {})
        for label, value in sample.labels.items():
            labels.setdefault(label, set()).add(value)
    return known


def known_of_service(app: FastAPI) -> Known:
    """What the service exposes, resource figures included that this machine does not have."""
    known = known_of(app.state.services.metrics.render("")[0].decode())
    known |= {one.name: {label.name: {*label.values} for label in one.labels} for one in FIGURES}
    requests = known["http_requests_total"]
    requests["endpoint"].add(UNMATCHED)
    requests["method"] |= METHODS
    requests["status"] |= {str(code.status) for code in ErrorCode}
    return known


def faults_of(name: str, expr: str, known: dict[str, Known]) -> list[str]:
    """What the expression of a rule asks for that does not exist, in sentences."""
    found = []
    for selector in selectors(promql_parser.parse(expr)):
        matchers = [(one.name, str(one.op), one.value) for one in selector.matchers.matchers]
        if ":" in selector.name:
            found += _recorded(selector.name)
        else:
            found += _exposed(selector.name, matchers, known)
    return [f"{name}: {fault}" for fault in found]


def _recorded(name: str) -> list[str]:
    return [] if name in records() else [f"nothing records {name}{_nearest(name, records())}"]


def _exposed(name: str, matchers: list[tuple[str, str, str]], known: dict[str, Known]) -> list[str]:
    jobs = [value for label, _, value in matchers if label == "job"]
    if not jobs:
        return [f"{name} names no job"]
    found = []
    for job in jobs[0].split("|"):
        if job not in known:
            found.append(f"there is no job {job}{_nearest(job, known)}")
        elif name not in known[job] and name not in OF_SCRAPES:
            found.append(f"{job} exposes no {name}{_nearest(name, known[job])}")
        elif name not in OF_SCRAPES:
            found += _labels(name, matchers, known[job][name])
    return found


def _labels(
    name: str, matchers: list[tuple[str, str, str]], labels: dict[str, set[str]]
) -> list[str]:
    found = []
    for label, operator, value in (one for one in matchers if one[0] != "job"):
        if label not in labels or label in OPEN:
            found.append(f"{name} has no label {label} to ask for{_nearest(label, labels)}")
            continue
        asked = value.split("|") if operator.endswith("Re") else [re.escape(value)]
        found += [
            f"no {label} of {name} is {one}{_nearest(one, labels[label])}"
            for one in asked
            if not any(re.fullmatch(one, known) for known in labels[label])
        ]
    return found


def _nearest(wrong: str, right: Iterable[str]) -> str:
    near = difflib.get_close_matches(wrong, list(right), 1)
    return f"; the nearest is {near[0]}" if near else ""


@pytest.fixture
def service(app: FastAPI) -> Known:
    return known_of_service(app)


@NEEDS_PROGRAMS
def test_all_that_the_rules_ask_for_is_exposed(service: Known, tmp_path: Path) -> None:
    alertmanager = alertmanager_of(tmp_path)
    targets = {"docc2context": 9, "alertmanager": alertmanager.port}
    with alertmanager, prometheus_of(tmp_path, targets) as prometheus:
        scrapes = [fetched(one, "/metrics").text for one in (prometheus, alertmanager)]
    known = {
        "docc2context": service,
        "prometheus": known_of(scrapes[0]),
        "alertmanager": known_of(scrapes[1]),
    }

    found = [
        fault
        for rule in rules(groups())
        for fault in faults_of(rule.get("alert") or rule["record"], rule["expr"], known)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("expr", "fault"),
    [
        (
            'rate(http_request_total{job="docc2context"}[5m])',
            "docc2context exposes no http_request_total; the nearest is http_requests_total",
        ),
        (
            'rate(zip_extractions_total{job="docc2context", status="failed"}[5m])',
            "no status of zip_extractions_total is failed",
        ),
        (
            'zip_extractions_total{job="docc2context", status=~"success|faled_.+"}',
            "no status of zip_extractions_total is faled_.+",
        ),
        (
            'zip_rejections_total{job="docc2context", reasons="encrypted"}',
            "zip_rejections_total has no label reasons to ask for; the nearest is reason",
        ),
        ("sum(active_conversions)", "active_conversions names no job"),
        ('up{job="docc2contxt"}', "there is no job docc2contxt; the nearest is docc2context"),
        ("job:up:cuont > 1", "nothing records job:up:cuont; the nearest is job:up:count"),
    ],
)
def test_what_does_not_exist_is_named_with_what_is_nearest(
    service: Known, expr: str, fault: str
) -> None:
    told = faults_of("Some", expr, {"docc2context": service})

    assert len(told) == 1
    assert told[0].startswith(f"Some: {fault}")


def test_requests_that_ask_for_no_work_are_left_out_and_no_others(service: Known) -> None:
    requests, rule = service["http_requests_total"], left_out()

    matched = {
        label: {one for one in requests[label] if re.fullmatch(values, one)}
        for label, values in rule.items()
    }

    pages = {route.path for route in page.router.routes if isinstance(route, APIRoute)}
    assert matched == {
        "endpoint": QUIET | pages | {UNMATCHED, "/static/{name}"},
        "method": {"OPTIONS"},
        "status": {"405"},
    }
    assert requests["endpoint"] - matched["endpoint"] == {"/api/v1/convert"}


def test_suspicious_are_the_refusals_that_the_catalogue_calls_hostile() -> None:
    (reasons,) = re.findall(r'reason=~"(.*?)"', alerts()["SuspiciousArchives"]["expr"])

    assert reasons.split("|") == [
        code.value for code in ErrorCode if code.verdict is not None and code.verdict.is_hostile
    ]


def test_alerts_wait_and_are_severe_as_agreed() -> None:
    told = {name: (rule.get("for"), rule["labels"]["severity"]) for name, rule in alerts().items()}

    assert told == TABLE
    assert {
        name: rule["keep_firing_for"]
        for name, rule in alerts().items()
        if "keep_firing_for" in rule
    } == {"ServiceAbsent": "5m", "ServiceDown": "5m"}


@pytest.mark.parametrize("alert", alerts().values(), ids=alerts().keys())
def test_an_alert_has_its_texts_and_a_playbook(alert: dict[str, Any]) -> None:
    texts = alert["annotations"]

    assert texts.keys() == {"summary", "description", "runbook_url"}
    assert all(texts.values())
    assert re.fullmatch(
        r"\{\{ \$externalURL \}\}/user/playbooks/[a-z0-9_]+\.html", texts["runbook_url"]
    )
    assert alert["labels"].keys() == {"severity"}
