"""One conversion from its place in the queue to its outcome, counted and logged in one place."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from io import FileIO
from typing import Final

from app.core.config import Settings
from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.services.admission import Admission
from app.services.journal import Journal, Record
from app.services.workspace import out_of_room
from app.worker import child
from app.worker.descriptors import SentFile
from app.worker.launcher import CannotStart, Ended, Launcher
from app.worker.locks import Bounds, Locks
from app.worker.protocol import (
    Converted,
    Crashed,
    OutOfMemory,
    OutOfRoom,
    Ready,
    Refused,
    decode,
)
from app.worker.wanted import Wanted
from docc2context import NODE_TYPES, Limits, __version__

CONVERTER_VERSION: Final = __version__

CONVERTER_NODE_TYPES: Final = tuple(sorted(NODE_TYPES))
"""The types of content that are counted apart when the converter does not understand them."""

_PROBE_TIMEOUT_SECONDS: Final = 5.0
"""A warm child answers within 5 ms, the first one, for which Python is started, within 300."""

_PROBE_INTERVAL_SECONDS: Final = 30.0
"""A tenth of the time after which ConverterUnavailable fires."""

_RETRY_AFTER_SECONDS: Final = 10
"""Processes or memory ran short; the conversions that hold them now end within about that time."""


_MEMORY_FAULTS: Final = {-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT}
"""How a child ends when native code is refused memory and does not look: msgspec 0.22 does not when
it decodes a long string in a list. A fault for another reason cannot be told from that."""


class Converter:
    """Runs conversions, as many at once as `admission` lets in, each in a child of its own."""

    def __init__(
        self,
        *,
        admission: Admission,
        launcher: Launcher,
        limits: Limits,
        bounds: Bounds,
        timeout_seconds: float,
        metrics: Metrics,
    ) -> None:
        self._admission = admission
        self._launcher = launcher
        self._limits = limits
        self._bounds = bounds
        self._timeout_seconds = timeout_seconds
        self._journal = Journal(metrics)
        self._available = metrics.converter_available
        self._is_available = False
        self._probe: asyncio.Task[Locks | None] | None = None

    async def convert(self, upload: FileIO, result: FileIO, wanted: Wanted) -> Converted:
        """Write the Markdown of the archive in `upload` to `result`, as it is wanted.

        When it returns, the child has ended and `result` is complete. When it is cancelled, the
        child is killed and the slot is free before the cancellation goes on.

        Raises ServiceError, which says why there is no result in words for the client.
        """
        with self._journal.conversion() as record:
            record.facts["archive_bytes"] = _size(upload)
            async with self._admission.slot():
                with self._journal.running(record):
                    record.stage = "converting"
                    ended = await self._run_child(upload, result, wanted)
                    record.converted = self._converted(ended, record)
                    record.facts.update(_facts(record.converted), result_bytes=_size(result))
            return record.converted

    async def probe(self) -> Locks:
        """Have a child answer, without taking a slot; callers at the same time share one.

        Returns what holds the child. Raises ServiceError `converter_unavailable`.
        """
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._greeted())
        locks = await asyncio.shield(self._probe)
        if locks is None:
            raise _unavailable()
        return locks

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """While it is unavailable, try now and then whether it is back: nobody else may ask."""
        task = asyncio.create_task(self._probe_while_unavailable())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _probe_while_unavailable(self) -> None:
        while True:
            await asyncio.sleep(_PROBE_INTERVAL_SECONDS)
            if not self._is_available:
                with suppress(ServiceError):
                    await self.probe()

    def _tell_available(self, *, is_available: bool) -> None:
        self._is_available = is_available
        self._available.set(is_available)

    async def _greeted(self) -> Locks | None:
        try:
            ended = await self._launcher.run(
                child.greet, self._bounds, timeout=_PROBE_TIMEOUT_SECONDS
            )
        except (CannotStart, TimeoutError):
            self._tell_available(is_available=False)
            return None
        reply = decode(ended.reply)
        locks = reply.locks if isinstance(reply, Ready) else None
        self._tell_available(is_available=locks is not None)
        return locks

    async def _run_child(self, upload: FileIO, result: FileIO, wanted: Wanted) -> Ended:
        try:
            ended = await self._launcher.run(
                child.convert,
                SentFile(upload),
                SentFile(result),
                wanted,
                self._limits,
                self._bounds,
                timeout=self._timeout_seconds,
            )
        except CannotStart as error:
            self._tell_available(is_available=False)
            raise _unavailable() from error
        except TimeoutError:
            raise ServiceError(
                ErrorCode.CONVERSION_TIMEOUT,
                f"The conversion was stopped after {self._timeout_seconds:g} seconds.",
            ) from None
        self._tell_available(is_available=True)
        return ended

    def _converted(self, ended: Ended, record: Record) -> Converted:
        facts = record.facts
        match decode(ended.reply):
            case Converted() as converted:
                return converted
            case Refused(code=code, detail=detail, entry=entry, limit=limit, stage=stage):
                record.stage = stage
                raise ServiceError(ErrorCode.named(code), detail, entry=entry, limit=limit)
            case OutOfRoom():
                raise out_of_room()
            case OutOfMemory():
                raise _beyond(self._bounds.memory_bytes, "bytes of memory")
            case Crashed(traceback=traceback, stage=stage):
                record.stage = stage
                facts["child_traceback"] = traceback
            case Ready() | None if ended.exit_code == -signal.SIGXCPU:
                raise _beyond(self._bounds.cpu_seconds, "seconds of CPU time")
            case Ready() | None:
                facts["child_ended_by"] = _cause_of_end(ended.exit_code)
                if ended.exit_code in _MEMORY_FAULTS:
                    raise _beyond(self._bounds.memory_bytes, "bytes of memory")
        raise ServiceError(
            ErrorCode.CONVERSION_FAILED,
            "The converter stopped before it had finished this archive.",
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


def _beyond(limit: int, unit: str) -> ServiceError:
    return ServiceError(
        ErrorCode.CONVERSION_LIMIT_EXCEEDED,
        f"The conversion of this archive needs more than {limit} {unit}.",
        limit=limit,
    )


def _cause_of_end(exit_code: int | None) -> str:
    """In the words for the log.

    >>> _cause_of_end(-9)
    'signal 9 (Killed)'
    """
    if exit_code is not None and exit_code < 0:
        return f"signal {-exit_code} ({signal.strsignal(-exit_code)})"
    return f"exit code {exit_code}"


def _unavailable() -> ServiceError:
    return ServiceError(
        ErrorCode.CONVERTER_UNAVAILABLE,
        "No process for the conversion could be started.",
        retry_after=_RETRY_AFTER_SECONDS,
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
