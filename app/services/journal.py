"""What became of each conversion: one event in the log, and the same in the metrics."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from app.core.errors import ErrorCode, Extraction, ServiceError
from app.core.labels import OTHER, ErrorType, Outcome
from app.core.metrics import Metrics
from app.worker.protocol import Converted
from docc2context import NODE_TYPES, Stage

_LEVELS: Final[dict[Outcome, int]] = {
    "success": logging.INFO,
    "client_error": logging.INFO,
    "cancelled": logging.INFO,
    "rejected_busy": logging.INFO,
    "timeout": logging.WARNING,
    "server_error": logging.ERROR,
}

_EXTRACTION_UP_TO: Final[dict[Stage, Extraction]] = {
    "opening": "failed_validation",
    "reading": "failed_extraction",
    "converting": "success",
}
"""How an archive counts as extracted when the converter broke off in a stage."""

log = structlog.get_logger()


class Record:
    """One conversion as it goes. `facts` are for the log, `converted` is its result.

    `stage` is where the converter broke off; None as long as no process has been asked for.
    """

    def __init__(self) -> None:
        self.facts: dict[str, object] = {}
        self.stage: Stage | None = None
        self.converted: Converted | None = None
        self.asked_at = time.perf_counter()


class Journal:
    """Records conversions, those included that were never given a slot."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._starts: dict[Record, float] = {}

    @property
    def running_count(self) -> int:
        """How many conversions hold a slot."""
        return len(self._starts)

    @contextmanager
    def conversion(
        self, *, why_cancelled: Callable[[], ServiceError | None] = lambda: None
    ) -> Iterator[Record]:
        """Log `conversion_finished` at the end of the block, and count the same.

        If the block is cancelled, the error that `why_cancelled` returns is recorded, if any.
        """
        record = Record()
        error: BaseException | None = None
        try:
            yield record
        except asyncio.CancelledError as caught:
            error = why_cancelled() or caught
            raise
        except BaseException as caught:
            error = caught
            raise
        finally:
            outcome = outcome_of(error)
            log.log(
                _LEVELS[outcome],
                "conversion_finished",
                **record.facts,
                **_error_fields(error),
                outcome=outcome,
            )
            self._count(record, error, outcome)

    @contextmanager
    def running(self, record: Record) -> Iterator[None]:
        """For as long as the conversion holds its slot."""
        started = time.perf_counter()
        waited = started - record.asked_at
        record.facts["queue_seconds"] = round(waited, 3)
        self._metrics.conversion_queue_wait.observe(waited)
        self._starts[record] = time.time()
        self._update_gauges()
        try:
            yield
        finally:
            seconds = time.perf_counter() - started
            record.facts["seconds"] = round(seconds, 3)
            self._metrics.conversion_duration.observe(seconds)
            del self._starts[record]
            self._update_gauges()

    def _update_gauges(self) -> None:
        self._metrics.active_conversions.set(len(self._starts))
        # The first one in is the oldest: a dict keeps their order.
        self._metrics.conversion_oldest_start.set(next(iter(self._starts.values()), 0))

    def _count(self, record: Record, error: BaseException | None, outcome: Outcome) -> None:
        metrics = self._metrics
        metrics.conversions.labels(outcome).inc()
        extraction = extraction_of(error, record.stage)
        if extraction is not None:
            metrics.zip_extractions.labels(extraction).inc()
        if (error_type := error_type_of(outcome, extraction)) is not None:
            metrics.conversion_errors.labels(error_type).inc()
        if isinstance(error, ServiceError) and error.code.verdict is not None:
            metrics.zip_rejections.labels(error.code.value).inc()
        if record.converted is not None:
            self._count_converted(record.converted)

    def _count_converted(self, converted: Converted) -> None:
        metrics = self._metrics
        metrics.zip_extraction_duration.observe(converted.extracted.seconds)
        metrics.extraction_file_count.observe(converted.extracted.files)
        metrics.extraction_size.observe(converted.extracted.bytes)
        metrics.conversion_pages.labels("converted").inc(converted.pages_converted)
        metrics.conversion_pages.labels("skipped").inc(converted.pages_skipped)
        for node, count in converted.unknown_nodes.items():
            # The child has read the upload: its word for the closed set is not taken.
            known = node if node in NODE_TYPES else OTHER
            metrics.conversion_unknown_nodes.labels(known).inc(count)


def outcome_of(error: BaseException | None) -> Outcome:
    """Which of the six ends a conversion came to.

    >>> outcome_of(ServiceError(ErrorCode.NOT_A_ZIP, "…"))
    'client_error'
    """
    match error:
        case None:
            return "success"
        case asyncio.CancelledError():
            return "cancelled"
        case ServiceError(code=ErrorCode.CONVERSION_TIMEOUT):
            return "timeout"
        case ServiceError(code=ErrorCode.BUSY):
            return "rejected_busy"
        case ServiceError(code=code) if code.status < 500:
            return "client_error"
        case _:
            return "server_error"


def extraction_of(error: BaseException | None, stage: Stage | None) -> Extraction | None:
    """How an archive counts in `zip_extractions_total`; None if the reader has not had it.

    `success` does not mean that all was read, but that no fault was found as far as it was.
    """
    if stage is None:
        return None
    match error:
        case ServiceError(code=ErrorCode.INVALID_ZIP | ErrorCode.CONVERSION_FAILED):
            return _EXTRACTION_UP_TO[stage]
        case ServiceError(code=ErrorCode.CONVERTER_UNAVAILABLE | ErrorCode.INSUFFICIENT_STORAGE):
            return None
        case ServiceError(code=code) if code.verdict is not None:
            return code.verdict.extraction
        case _:
            return "success"


def error_type_of(outcome: Outcome, extraction: Extraction | None) -> ErrorType | None:
    """Where a conversion failed, in the requirement document's words; None if it did not."""
    match outcome, extraction:
        case "success" | "cancelled" | "rejected_busy", _:
            return None
        case "timeout", _:
            return "timeout"
        case _, "failed_validation":
            return "validation_error"
        case _, "failed_extraction":
            return "extraction_error"
        case _:
            return "cli_error"


def _error_fields(error: BaseException | None) -> dict[str, object]:
    """What the log line says of an error of the catalogue; nothing of anything else."""
    if not isinstance(error, ServiceError):
        return {}
    entry = {} if error.entry is None else {"entry": error.entry}
    return {"code": error.code.value, "detail": error.detail, **entry}
