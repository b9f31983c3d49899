"""Scrapes of `/metrics`, read back and compared."""

import re
from collections.abc import Iterable, Mapping

import httpx2
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from app.core.metrics import Metrics

METRICS = "/metrics"

Scrape = Mapping[str, float]
"""Values by series, its labels sorted: `http_requests_total{endpoint="/",method="GET",…}`."""

_BY_ITSELF = re.compile(
    r"process_|python_|docc2context_|resource_usage|event_loop_lag"
    r"|http_requests?_.*endpoint=\"/metrics\"|.*_bucket|.*_seconds_sum"
)
"""What moves without a cause in a test, and what a histogram's count tells already."""


def families(text: str) -> list[Metric]:
    """The metrics of a scrape."""
    return list(text_string_to_metric_families(text))


def parsed(text: str) -> Scrape:
    """The series of a scrape."""
    return {
        series(sample.name, sample.labels.items()): sample.value
        for family in families(text)
        for sample in family.samples
    }


def series(name: str, labels: Iterable[tuple[str, str]] = ()) -> str:
    """A series as `Scrape` calls it."""
    told = ",".join(f'{label}="{value}"' for label, value in sorted(labels))
    return f"{name}{{{told}}}" if told else name


def value_of(metrics: Metrics, name: str) -> float:
    """What a series of these metrics is now."""
    return parsed(metrics.render("")[0].decode())[name]


def scrape(client: httpx2.Client) -> Scrape:
    """All series of a service now."""
    return parsed(client.get(METRICS).text)


def moved(before: Scrape, after: Scrape) -> dict[str, float]:
    """How far each series has moved, those left out that move by themselves."""
    changes = {name: value - before.get(name, 0) for name, value in after.items()}
    return {name: by for name, by in changes.items() if by and not _BY_ITSELF.match(name)}


def requests(endpoint: str, status: int, method: str = "PUT", count: float = 1) -> Scrape:
    """What requests of one kind move."""
    labels = [("endpoint", endpoint), ("method", method)]
    return {
        series("http_requests_total", [*labels, ("status", str(status))]): count,
        series("http_request_duration_seconds_count", labels): count,
    }
