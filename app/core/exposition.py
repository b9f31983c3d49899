"""The registry of an application's metrics, and scrapes of it."""

from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    Metric,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from app.core.resource_figures import FIGURES, ResourceReading


def new_registry(latest_reading: Callable[[], ResourceReading | None]) -> CollectorRegistry:
    """A registry with the standard collectors and the figures that `latest_reading` returns."""
    registry = _Registry()
    registry.register(_ResourceCollector(latest_reading))
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    return registry


def scrape(registry: CollectorRegistry, accept: str) -> tuple[bytes, str]:
    """All metrics in the format that the Accept header asks for, and its media type."""
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


class _Registry(CollectorRegistry):
    """Leaves out the time at which each counter began: a second series for each, for nothing.

    `process_start_time_seconds` gives it for all. The library's switch for this is newer than the
    oldest release allowed here.
    """

    def collect(self) -> Iterator[Metric]:
        for metric in super().collect():
            metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
            yield metric


class _ResourceCollector(Collector):
    """The latest resource figures: what could not be read has no series."""

    def __init__(self, latest_reading: Callable[[], ResourceReading | None]) -> None:
        self._latest_reading = latest_reading

    def collect(self) -> Iterator[Metric]:
        reading = self._latest_reading() or {}
        for figure in FIGURES:
            names = [label.name for label in figure.labels]
            family = CounterMetricFamily if figure.type == "counter" else GaugeMetricFamily
            metric = family(figure.name, figure.help, labels=names)
            for values, value in reading.get(figure.name, {}).items():
                metric.add_metric(values, value)
            if metric.samples:
                yield metric
