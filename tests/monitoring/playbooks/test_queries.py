"""The queries of the playbooks parse, and name what there is."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.core.resource_figures import FIGURES
from monitoring.playbooks import PAGES
from monitoring.programs import Alertmanager, Prometheus
from tests.app.scrapes import METRICS, families
from tests.app.serving import eventually
from tests.monitoring.instances import NEEDS_PROGRAMS, alertmanager_of, fetched, prometheus_of
from tests.monitoring.playbooks.texts import Listing, listings
from tests.monitoring.rule_file import records

QUERIES = listings("promql")
BY_PROMETHEUS = {"up", "scrape_samples_post_metric_relabeling"}
OF_TARGETS = {"job", "instance"}
Known = dict[str, set[str]]


def selectors(expr: Any) -> Iterator[promql_parser.VectorSelector]:
    if isinstance(expr, promql_parser.VectorSelector):
        yield expr
    parts = ("lhs", "rhs", "expr", "param", "vector_selector")
    inner = [getattr(expr, part, None) for part in parts]
    for one in [*inner, *getattr(expr, "args", ())]:
        if one is not None:
            yield from selectors(one)


def known_of(text: str) -> Known:
    """The labels of each metric."""
    known: Known = {}
    for family in families(text):
        for sample in family.samples:
            known.setdefault(sample.name, set()).update(sample.labels)
    return known


def strangers(query: str, known: Known) -> list[str]:
    """Metrics, and labels that are matched, that no target has."""
    found = []
    for selector in selectors(promql_parser.parse(query)):
        labels = {matcher.name for matcher in selector.matchers.matchers} - OF_TARGETS
        if selector.name is not None and selector.name not in known:
            found.append(selector.name)
        elif selector.name is not None:
            found += [f"{selector.name}{{{label}}}" for label in labels - known[selector.name]]
    return found


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    with alertmanager_of(tmp_path_factory.mktemp("alertmanager")) as alertmanager:
        yield alertmanager


@pytest.fixture(scope="module")
def prometheus(
    tmp_path_factory: pytest.TempPathFactory, alertmanager: Alertmanager
) -> Iterator[Prometheus]:
    # Its counters about an Alertmanager begin when it knows one.
    targets = {"docc2context": 9, "alertmanager": alertmanager.port}
    pages = f"--web.user-assets={PAGES.parent}"
    with prometheus_of(tmp_path_factory.mktemp("prometheus"), targets, pages) as prometheus:
        yield prometheus


@NEEDS_PROGRAMS
def test_every_query_names_metrics_and_labels_that_exist(
    app: FastAPI, prometheus: Prometheus, alertmanager: Alertmanager
) -> None:
    own = known_of(TestClient(app).get(METRICS).text)
    # What this system does not tell, such as kills by the kernel, has no series here.
    own |= {name: own.get(name, set()) for name in figures()}
    own["http_requests_total"] |= {"status"}
    own |= {name: set() for name in BY_PROMETHEUS | records().keys()}
    eventually(
        lambda: "prometheus_notifications_errors_total{" in fetched(prometheus, METRICS).text,
        "Prometheus knows its Alertmanager",
    )
    own |= known_of(fetched(prometheus, METRICS).text)
    own |= known_of(fetched(alertmanager, METRICS).text)
    found = {(one.playbook, one.text): strangers(one.text, own) for one in QUERIES}
    assert len(QUERIES) > 30
    assert {query: names for query, names in found.items() if names} == {}


def figures() -> set[str]:
    # A scrape calls a counter by its name and `_total`.
    names = [figure.name for figure in FIGURES]
    return {*names, *(f"{name}_total" for name in names)}


def test_a_metric_or_label_that_does_not_exist_is_found() -> None:
    known = {"a": {"x"}}
    assert strangers('rate(a{x="1", job="j"}[5m]) / b', known) == ["b"]
    assert strangers('sum by (x) (a{y="1"})', known) == ["a{y}"]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.playbook)
def test_a_query_about_a_job_names_one_that_is_scraped(query: Listing) -> None:
    jobs = set(re.findall(r'job="(\w+)"', query.text))
    assert jobs <= {"docc2context", "prometheus", "alertmanager"}


@NEEDS_PROGRAMS
@pytest.mark.parametrize("page", sorted(PAGES.glob("*.html")), ids=lambda page: page.stem)
def test_prometheus_serves_the_page_as_html(prometheus: Prometheus, page: Path) -> None:
    served = fetched(prometheus, f"/user/playbooks/{page.name}")
    assert served.headers["Content-Type"] == "text/html; charset=utf-8"
    assert served.text == page.read_text()
