"""What the Prometheus Operator scrapes has the labels that the rules ask for."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

import httpx2
import pytest
import yaml

from app.core.metrics import declarations
from app.core.resource_figures import FIGURES
from monitoring import configs
from tests.app.archives import doccarchive
from tests.app.serving import Server, eventually
from tests.monitoring.docs.clients import instant, prometheus

MONITOR: Final = configs.ROOT / "deploy/kubernetes/pod-monitor.yml"

OPERATORS: Final = {
    "container": "docc2context",
    "endpoint": "http",
    "instance": "10.0.0.1:8000",
    "job": "default/docc2context",
    "namespace": "default",
    "pod": "docc2context-0",
}
"""The labels of a PodMonitor's target before our relabelings, with values like its own."""


def relabelings() -> list[dict[str, Any]]:
    (endpoint,) = yaml.safe_load(MONITOR.read_text())["spec"]["podMetricsEndpoints"]
    found: list[dict[str, Any]] = endpoint["relabelings"]
    return found


def in_prometheus_words(relabeling: dict[str, str]) -> dict[str, str]:
    """One as the operator writes it into Prometheus' configuration."""
    return {
        re.sub(r"([A-Z])", lambda found: "_" + found[0].lower(), key): value
        for key, value in relabeling.items()
    }


def configuration(port: int) -> str:
    target = {"targets": [f"127.0.0.1:{port}"], "labels": OPERATORS}
    job = {
        "job_name": "podMonitor/default/docc2context/0",
        "scrape_interval": "1s",
        "scrape_timeout": "1s",
        "honor_labels": False,
        "static_configs": [target],
        "relabel_configs": [in_prometheus_words(one) for one in relabelings()],
    }
    return json.dumps({"scrape_configs": [job]})


@pytest.fixture(scope="module")
def scraped(
    start_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, str]]:
    """The requests of a service that has had one for a conversion, as Prometheus has them."""
    server = start_server()
    assert server.put(doccarchive("Foo")).status_code == 200
    with prometheus(tmp_path_factory.mktemp("operator"), configuration(server.port)) as client:
        eventually(lambda: requests(client), "a scrape")
        return requests(client)


def requests(client: httpx2.Client) -> list[dict[str, str]]:
    return [one["metric"] for one in instant(client, "http_requests_total")]


def test_no_label_of_a_target_is_one_of_our_metrics() -> None:
    ours = {label.name for one in [*declarations(), *FIGURES] for label in one.labels}
    dropped = {one["regex"] for one in relabelings() if one.get("action") == "labeldrop"}

    assert ours & OPERATORS.keys() - dropped == set()
    assert dropped == {"endpoint"}


def test_the_endpoint_of_a_request_is_its_route(scraped: list[dict[str, str]]) -> None:
    assert "/api/v1/convert" in {one["endpoint"] for one in scraped}
    assert {label for one in scraped for label in one if label.startswith("exported_")} == set()


def test_the_other_labels_of_a_target_are_kept_and_its_job_is_that_of_the_rules(
    scraped: list[dict[str, str]],
) -> None:
    kept = {label: value for label, value in OPERATORS.items() if label != "endpoint"}

    assert scraped[0].items() >= {**kept, "job": "docc2context"}.items()
