"""Whether the converter can convert at present: by probes, and by what conversions find."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

import structlog

from app.core.background import background_task
from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.services.conversion_errors import converter_unavailable
from app.services.converter import Converter
from app.worker.locks.lock_up import Locks

_PROBE_INTERVAL_SECONDS: Final = 30.0
"""Far less than the time after which ConverterUnavailable fires."""

log = structlog.get_logger()


class Availability:
    """Whether `converter` is available, for readiness and for the metrics."""

    def __init__(self, *, converter: Converter, metrics: Metrics) -> None:
        self._converter = converter
        self._gauge = metrics.converter_available
        self._locks_missing = metrics.converter_locks_missing
        self._is_available = False
        self._probe: asyncio.Task[Locks | ServiceError] | None = None
        self._probed_at = 0.0
        self._logged_fault: str | None = None

    async def probe(self, *, max_age_seconds: float = 0.0) -> Locks:
        """Have a child answer, without taking a slot; callers at the same time share one.

        An answer of up to `max_age_seconds` ago is as good as a new one, unless a conversion has
        found otherwise since.

        Returns the child's locks. Raises ServiceError `converter_unavailable`, which says why: a
        workspace that an outside converter cannot use makes it unavailable too.
        """
        if self._probe is None or (
            self._probe.done() and time.monotonic() - self._probed_at >= max_age_seconds
        ):
            self._probe = asyncio.create_task(self._probe_now())
        found = await asyncio.shield(self._probe)
        if isinstance(found, ServiceError):
            raise converter_unavailable(found.detail)
        return found

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """While it is unavailable, probe it now and then: it may be that nobody else asks."""
        async with background_task("converter_watch", self._probe_while_unavailable()):
            yield

    @contextmanager
    def outcome_noted(self) -> Iterator[None]:
        """Note whether the conversion in the block finds the converter working, or gone."""
        try:
            yield
        except ServiceError as error:
            if error.code is ErrorCode.CONVERTER_UNAVAILABLE:
                self._note_finding(is_available=False)
            raise
        self._note_finding(is_available=True)

    def _note_finding(self, *, is_available: bool) -> None:
        """Take a conversion's word, also against that of the last probe."""
        if is_available != self._is_available:
            self._probed_at = -math.inf  # its answer is known to be out of date
        self._set_state(is_available=is_available)

    def _set_state(self, *, is_available: bool) -> None:
        self._is_available = is_available
        self._gauge.set(is_available)

    async def _probe_while_unavailable(self) -> None:
        while True:
            await asyncio.sleep(_PROBE_INTERVAL_SECONDS)
            if not self._is_available:
                with suppress(ServiceError):
                    await self.probe()

    async def _probe_now(self) -> Locks | ServiceError:
        """Its error is returned, not raised: asyncio logs a task's error that nobody retrieves."""
        found: Locks | ServiceError
        try:
            found = locks = await self._converter.probe()
            self._locks_missing.set(len(locks.shortfalls))
            self._logged_fault = None
        except ServiceError as error:
            found = error
            self._log_fault(error.detail)
        self._probed_at = time.monotonic()
        self._set_state(is_available=not isinstance(found, ServiceError))
        return found

    def _log_fault(self, reason: str) -> None:
        """Log why a probe has failed, unless the one before has failed likewise."""
        if reason != self._logged_fault:
            log.warning("converter_probe_failed", reason=reason)
        self._logged_fault = reason
