"""All metrics of the service, each declared once.

Label values are route templates and closed sets, never paths or words from an upload. Series start
at 0: a rate over a series that appears with its first event misses that event.
"""

import platform
from collections.abc import Callable, Collection, Iterator
from itertools import product
from typing import Final, NamedTuple

from prometheus_client import Counter, Gauge, Histogram

from app.core import buckets, labels
from app.core.declaration import Declaration
from app.core.exposition import new_registry, scrape
from app.core.resource_figures import ResourceReading

REQUEST_STATUSES: Final = (200, 429, 499, 500, 503, 504)
"""Started at 0 for each route: success, and those that alerts compute rates of."""


class RequestSeries(NamedTuple):
    """The two metrics of a finished request, with their labels."""

    counter: Counter
    duration: Histogram


class Metrics:
    """The metrics of one application, in a registry of its own.

    `node_types` are the values of the label `node` besides `other`; `latest_reading` returns the
    resource figures, or None as long as there are none.
    """

    http_requests = Declaration(
        Counter,
        "http_requests_total",
        "HTTP requests that have ended.",
        unit="requests",
        labels=(labels.METHOD, labels.ENDPOINT, labels.STATUS),
    )
    http_request_duration = Declaration(
        Histogram,
        "http_request_duration_seconds",
        "Time from a request's head to the last byte of its response.",
        unit="seconds",
        labels=(labels.METHOD, labels.ENDPOINT),
        buckets=buckets.REQUEST_SECONDS,
    )
    http_requests_in_progress = Declaration(
        Gauge,
        "http_requests_in_progress",
        "HTTP requests whose response has not ended.",
        unit="requests",
    )
    rate_limiter_up = Declaration(
        Gauge,
        "rate_limiter_up",
        "1 if the rate limiter can reach its store or is switched off, 0 if it lets every request "
        "pass because it cannot.",
        unit="boolean",
    )
    rate_limit_rejections = Declaration(
        Counter,
        "rate_limit_rejections_total",
        "Requests answered 429 because their client had sent too many.",
        unit="requests",
        labels=(labels.ENDPOINT,),
    )
    upload_size = Declaration(
        Histogram,
        "upload_size_bytes",
        "Size of the archives that were received completely.",
        unit="bytes",
        buckets=buckets.UPLOAD_BYTES,
    )
    active_uploads = Declaration(
        Gauge, "active_uploads", "Uploads that are being received.", unit="uploads"
    )
    zip_extractions = Declaration(
        Counter,
        "zip_extractions_total",
        "Archives that the reader has looked at, including empty ones, by its verdict on what it "
        "read of them.",
        unit="archives",
        labels=(labels.EXTRACTION,),
    )
    zip_rejections = Declaration(
        Counter,
        "zip_rejections_total",
        "Uploads that were refused, by the error code of the answer.",
        unit="uploads",
        labels=(labels.REASON,),
    )
    zip_extraction_duration = Declaration(
        Histogram,
        "zip_extraction_duration_seconds",
        "Time spent opening an archive and inflating its files, for successful conversions.",
        unit="seconds",
        buckets=buckets.EXTRACTION_SECONDS,
    )
    extraction_file_count = Declaration(
        Histogram,
        "extraction_file_count",
        "Files inflated for a successful conversion: pages, metadata and assets.",
        unit="files",
        buckets=buckets.FILES,
    )
    extraction_size = Declaration(
        Histogram,
        "extraction_size_bytes",
        "Bytes inflated for a successful conversion.",
        unit="bytes",
        buckets=buckets.EXTRACTED_BYTES,
    )
    active_conversions = Declaration(
        Gauge, "active_conversions", "Conversions that hold a slot.", unit="conversions"
    )
    conversion_slots = Declaration(
        Gauge, "conversion_slots", "Conversions that may run at once.", unit="conversions"
    )
    conversion_queue_length = Declaration(
        Gauge, "conversion_queue_length", "Uploads that wait for a slot.", unit="uploads"
    )
    conversion_queue_wait = Declaration(
        Histogram,
        "conversion_queue_wait_seconds",
        "Time that conversions waited for the slot they were given.",
        unit="seconds",
        buckets=buckets.WAIT_SECONDS,
    )
    conversion_duration = Declaration(
        Histogram,
        "conversion_duration_seconds",
        "Time that a conversion held its slot, however it ended.",
        unit="seconds",
        buckets=buckets.CONVERSION_SECONDS,
    )
    conversion_oldest_start = Declaration(
        Gauge,
        "conversion_oldest_start_timestamp_seconds",
        "Unix time at which the oldest running conversion was given its slot; 0 when idle.",
        unit="seconds",
    )
    conversions = Declaration(
        Counter,
        "conversions_total",
        "Uploads that asked for a conversion slot, or that the service could not receive, by "
        "outcome.",
        unit="conversions",
        labels=(labels.OUTCOME,),
    )
    conversion_errors = Declaration(
        Counter,
        "conversion_errors_total",
        "Conversions that failed (outcomes client_error, server_error and timeout), by where they "
        "failed.",
        unit="conversions",
        labels=(labels.ERROR_TYPE,),
    )
    conversion_pages = Declaration(
        Counter,
        "conversion_pages_total",
        "Pages of converted archives, by whether they could be read.",
        unit="pages",
        labels=(labels.PAGE_RESULT,),
    )
    conversion_unknown_nodes = Declaration(
        Counter,
        "conversion_unknown_nodes_total",
        "Pieces of content that the converter did not fully understand, by RenderNode type.",
        unit="nodes",
        labels=(labels.NODE,),
    )
    converter_available = Declaration(
        Gauge,
        "converter_available",
        "Whether the last attempt to start a converter process succeeded (1) or not (0).",
        unit="boolean",
    )
    service_ready = Declaration(
        Gauge,
        "service_ready",
        "Whether a readiness check passes (1) or not (0); for the converter, see "
        "`converter_available`.",
        unit="boolean",
        labels=(labels.CHECK,),
    )
    converter_locks_missing = Declaration(
        Gauge,
        "converter_locks_missing",
        "Locks that the kernel denies the converter, wholly or in part; /health/ready names them.",
        unit="locks",
    )
    event_loop_lag = Declaration(
        Histogram,
        "event_loop_lag_seconds",
        "How late the event loop noticed the end of a timer of 0.25 s.",
        unit="seconds",
        buckets=buckets.LAG_SECONDS,
    )
    log_lines_dropped = Declaration(
        Counter,
        "log_lines_dropped_total",
        "Log lines that were dropped because nobody had read the lines before them.",
        unit="lines",
    )
    build_info = Declaration(
        Gauge,
        "docc2context_build_info",
        "Always 1; the labels say what is running.",
        unit="none",
        labels=(labels.VERSION, labels.PYTHON, labels.COMMIT),
    )

    def __init__(
        self,
        *,
        node_types: Collection[str] = (),
        latest_reading: Callable[[], ResourceReading | None] = lambda: None,
    ) -> None:
        self.registry = new_registry(latest_reading)
        for declared in declarations():
            declared.make(self, self.registry)
        self._start_at_zero(node_types)
        self._requests: dict[tuple[str, str, int], RequestSeries] = {}

    def request_finished(self, method: str, endpoint: str, status: int, seconds: float) -> None:
        """Count one request; all three label values must come from closed sets."""
        key = (method, endpoint, status)
        series = self._requests.get(key) or self._request_series(key)
        series.counter.inc()
        series.duration.observe(seconds)

    def start_requests_at_zero(self, routes: Collection[tuple[str, str]]) -> None:
        """Start the series of these routes, each a method and a template, at 0."""
        for (method, endpoint), status in product(routes, REQUEST_STATUSES):
            self._request_series((method, endpoint, status))
            self.rate_limit_rejections.labels(endpoint)

    def set_build_info(self, version: str, commit: str) -> None:
        """Say what is running."""
        self.build_info.labels(version, platform.python_version(), commit).set(1)

    def render(self, accept: str) -> tuple[bytes, str]:
        """A scrape in the format that the Accept header asks for, and its media type."""
        return scrape(self.registry, accept)

    def _request_series(self, key: tuple[str, str, int]) -> RequestSeries:
        # A labels() call per request would cost more than all the rest.
        counter = self.http_requests.labels(*key)
        duration = self.http_request_duration.labels(*key[:2])
        return self._requests.setdefault(key, RequestSeries(counter, duration))

    def _start_at_zero(self, node_types: Collection[str]) -> None:
        for declared in declarations():
            if len(declared.labels) == 1:
                for value in declared.labels[0].values:
                    getattr(self, declared.attribute).labels(value)
        for node in (*node_types, labels.OTHER):
            self.conversion_unknown_nodes.labels(node)


def declarations() -> Iterator[Declaration[Counter] | Declaration[Gauge] | Declaration[Histogram]]:
    """All metrics that are not resource figures, in order."""
    return (one for one in vars(Metrics).values() if isinstance(one, Declaration))
