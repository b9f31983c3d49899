"""The queries of the playbooks parse, and name what there is."""

import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.core.resource_figures import FIGURES
from monitoring.playbooks import PAGES, RULES
from tests.app.scrapes import METRICS, families
from tests.app.serving import eventually, free_port
from tests.monitoring.playbooks.texts import Listing, listings

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


def start(command: list[str], port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    end = time.monotonic() + 30
    while not answers(port):
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            process.wait()
            pytest.fail(log.read_text())
        time.sleep(0.05)
    return process


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def fetched(url: str) -> tuple[str, str]:
    """Content type and text."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("SKIPPED: there is no prometheus to serve the playbooks")
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    # The counters about an Alertmanager begin when Prometheus knows one; nothing is sent to it.
    (folder / "prometheus.yml").write_text(
        "alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:9']}]}]}\n"
    )
    command = [
        *(program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"),
        *(f"--web.listen-address=127.0.0.1:{port}", f"--web.user-assets={PAGES.parent}"),
    ]
    process = start(command, port, folder / "log")
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        pytest.skip("SKIPPED: there is no alertmanager to ask for its metrics")
    folder, port = tmp_path_factory.mktemp("alertmanager"), free_port()
    (folder / "am.yml").write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    command = [
        *(program, f"--config.file={folder}/am.yml", f"--storage.path={folder}/data"),
        *(f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="),
    ]
    process = start(command, port, folder / "log")
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


def recorded() -> set[str]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}


def test_every_query_names_metrics_and_labels_that_exist(
    app: FastAPI, prometheus: str, alertmanager: str
) -> None:
    own = known_of(TestClient(app).get(METRICS).text)
    # What this system does not tell, such as kills by the kernel, has no series here.
    own |= {name: own.get(name, set()) for name in figures()}
    own["http_requests_total"] |= {"status"}
    own |= {name: set() for name in BY_PROMETHEUS | recorded()}
    eventually(
        lambda: "prometheus_notifications_errors_total{" in fetched(f"{prometheus}{METRICS}")[1],
        "Prometheus knows its Alertmanager",
    )
    own |= known_of(fetched(f"{prometheus}{METRICS}")[1])
    own |= known_of(fetched(f"{alertmanager}{METRICS}")[1])
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


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.html")), ids=lambda page: page.stem)
def test_prometheus_serves_the_page_as_html(prometheus: str, page: Path) -> None:
    kind, text = fetched(f"{prometheus}/user/playbooks/{page.name}")
    assert kind == "text/html; charset=utf-8"
    assert text == page.read_text()
