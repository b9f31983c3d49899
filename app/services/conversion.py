"""One conversion from its place in the queue to its outcome, counted and logged in one place."""

import asyncio
import math
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from io import FileIO
from typing import Final

import structlog

from app.core.config import Settings
from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.core.waiting import beside
from app.services.admission import Admission
from app.services.engine import Engine, unavailable
from app.services.journal import Journal, Record
from app.services.outside_converter import OutsideConverter
from app.services.own_converter import OwnConverter
from app.worker.launcher import Launcher
from app.worker.locks import Bounds, Locks
from app.worker.options import Options
from app.worker.protocol import Converted
from docc2context import NODE_TYPES, Limits, __version__

CONVERTER_VERSION: Final = __version__

CONVERTER_NODE_TYPES: Final = tuple(sorted(NODE_TYPES))
"""The types of content that are counted apart when the converter does not understand them."""

_PROBE_INTERVAL_SECONDS: Final = 30.0
"""Far less than the time after which ConverterUnavailable fires."""

_NO_STORE: Final = {ErrorCode.INSUFFICIENT_STORAGE, ErrorCode.BUSY}
"""How it is told that the disk, the process's files or the upload slots are at an end."""

log = structlog.get_logger()


class Converter:
    """Runs conversions by `engine`, as many at once as `admission` lets in."""

    def __init__(self, *, admission: Admission, engine: Engine, metrics: Metrics) -> None:
        self._admission = admission
        self._engine = engine
        self._journal = Journal(metrics)
        self._available = metrics.converter_available
        self._locks_missing = metrics.converter_locks_missing
        self._is_available = False
        self._probe: asyncio.Task[Locks | ServiceError] | None = None
        self._probed_at = 0.0
        self._fault: str | None = None

    @property
    def has_options(self) -> bool:
        """Whether it makes one document, and copies assets, where the options say so."""
        return self._engine.has_options

    @property
    def running(self) -> int:
        """How many conversions hold a slot."""
        return self._journal.running_count

    @property
    def waiting(self) -> int:
        """How many uploads wait for one."""
        return self._admission.waiting

    async def convert(
        self,
        upload: FileIO,
        result: FileIO,
        options: Options,
        *,
        cut_off: Callable[[], ServiceError | None] = lambda: None,
    ) -> Converted:
        """Write the Markdown of the archive in `upload` to `result`, by these options.

        When it returns, the child has ended and `result` is complete. When it is cancelled, the
        child is killed and the slot is free before the cancellation goes on. It is recorded as the
        error of `cut_off`, if there is one: what the client is told who has not hung up.

        Raises ServiceError, which says why there is no result in words for the client.
        """
        with self._journal.conversion(cut_off=cut_off) as record:
            record.facts["archive_bytes"] = _size(upload)
            async with self._admission.slot():
                with self._journal.running(record):
                    record.converted = await self._run(upload, result, options, record)
                    record.facts.update(_facts(record.converted), result_bytes=_size(result))
            return record.converted

    @contextmanager
    def storing(self) -> Iterator[None]:
        """Around what stores an upload, and makes room for its result.

        Where the disk, the process's files or the upload slots are at an end, that is a conversion
        that failed, and is recorded as one: it would have asked for a slot next.
        """
        try:
            yield
        except ServiceError as error:
            if error.code not in _NO_STORE:
                raise
            with self._journal.conversion():
                raise

    async def probe(self, *, max_age_seconds: float = 0.0) -> Locks:
        """Have a child answer, without taking a slot; callers at the same time share one.

        An answer of up to `max_age_seconds` ago is as good as a new one, unless a conversion has
        found otherwise since.

        Returns what holds the child. Raises ServiceError `converter_unavailable`, which says why: a
        workspace that an outside converter cannot use makes it unavailable too.
        """
        if self._probe is None or (
            self._probe.done() and time.monotonic() - self._probed_at >= max_age_seconds
        ):
            self._probe = asyncio.create_task(self._probed())
        found = await asyncio.shield(self._probe)
        if isinstance(found, ServiceError):
            raise unavailable(found.detail)
        return found

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """While it is unavailable, try now and then whether it is back: nobody else may ask."""
        async with beside("converter_watch", self._probe_while_unavailable()):
            yield

    async def _probe_while_unavailable(self) -> None:
        while True:
            await asyncio.sleep(_PROBE_INTERVAL_SECONDS)
            if not self._is_available:
                with suppress(ServiceError):
                    await self.probe()

    def _tell_fault(self, reason: str) -> None:
        """Log why a probe has failed, unless the one before has failed likewise."""
        if reason != self._fault:
            log.warning("converter_probe_failed", reason=reason)
        self._fault = reason

    def _tell_available(self, *, is_available: bool) -> None:
        self._is_available = is_available
        self._available.set(is_available)

    async def _run(
        self, upload: FileIO, result: FileIO, options: Options, record: Record
    ) -> Converted:
        try:
            converted = await self._engine.run(upload, result, options, record)
        except ServiceError as error:
            if error.code is ErrorCode.CONVERTER_UNAVAILABLE:
                self._note_availability(is_available=False)
            raise
        self._note_availability(is_available=True)
        return converted

    def _note_availability(self, *, is_available: bool) -> None:
        """What a conversion has found: the last probe's answer may be known to be out of date."""
        if is_available != self._is_available:
            self._probed_at = -math.inf
        self._tell_available(is_available=is_available)

    async def _probed(self) -> Locks | ServiceError:
        """Its error is no exception: a task's would be reported where nobody waits any more."""
        found: Locks | ServiceError
        try:
            found = locks = await self._engine.probe()
            self._locks_missing.set(len(locks.shortfalls))
            self._fault = None
        except ServiceError as error:
            found = error
            self._tell_fault(error.detail)
        self._probed_at = time.monotonic()
        self._tell_available(is_available=not isinstance(found, ServiceError))
        return found


def engine_of(settings: Settings) -> Engine:
    """Our own converter, or the command that the operator has set."""
    launcher, limits, bounds = Launcher(), limits_of(settings), bounds_of(settings)
    timeout_seconds = settings.conversion_timeout_seconds
    if settings.converter_command:
        return OutsideConverter(
            settings.converter_command,
            workspace=settings.workspace_dir,
            launcher=launcher,
            limits=limits,
            bounds=bounds,
            timeout_seconds=timeout_seconds,
        )
    return OwnConverter(
        launcher=launcher, limits=limits, bounds=bounds, timeout_seconds=timeout_seconds
    )


def limits_of(settings: Settings) -> Limits:
    """The converter's limits as the operator has set them."""
    return Limits(
        max_entries=settings.max_entries,
        max_archive_bytes=settings.max_archive_bytes,
        max_page_bytes=settings.max_page_bytes,
        max_output_bytes=settings.max_output_bytes,
    )


def bounds_of(settings: Settings) -> Bounds:
    """The child's bounds as the operator has set them."""
    return Bounds(
        memory_bytes=settings.conversion_memory_bytes,
        cpu_seconds=settings.conversion_cpu_seconds,
        file_bytes=settings.max_output_bytes,
    )


def _facts(converted: Converted) -> dict[str, object]:
    extracted = converted.extracted
    return {
        "pages_converted": converted.pages_converted,
        "pages_skipped": converted.pages_skipped,
        "unknown_nodes": sum(converted.unknown_nodes.values()),
        "missing_references": converted.missing_references,
        "assets_copied": converted.assets_copied,
        "output_bytes": converted.output_bytes,
        "extraction_seconds": round(extracted.seconds, 3),
        "extracted_files": extracted.files,
        "extracted_bytes": extracted.bytes,
    }


def _size(file: FileIO) -> int:
    return os.fstat(file.fileno()).st_size
