"""One conversion from its place in the queue to its outcome, counted and logged in one place."""

import asyncio
import os
import signal
from io import FileIO
from typing import Final

import msgspec

from app.core.config import Settings
from app.core.errors import ErrorCode, ServiceError
from app.services.admission import Admission
from app.services.journal import recorded_conversion
from app.services.workspace import out_of_room
from app.worker import child
from app.worker.descriptors import SentFile
from app.worker.launcher import CannotStart, Ended, Launcher
from app.worker.protocol import Converted, Crashed, OutOfRoom, Ready, Refused, decode
from docc2context import Limits, __version__

CONVERTER_VERSION: Final = __version__

_PROBE_TIMEOUT_SECONDS: Final = 5.0
"""A warm child answers within 5 ms, the first one, for which Python is started, within 300."""

_RETRY_AFTER_SECONDS: Final = 10
"""Processes or memory ran short; the conversions that hold them now end within about that time."""


class Converter:
    """Runs conversions, as many at once as `admission` lets in, each in a child of its own."""

    def __init__(
        self, *, admission: Admission, launcher: Launcher, limits: Limits, timeout_seconds: float
    ) -> None:
        self._admission = admission
        self._launcher = launcher
        self._limits = limits
        self._timeout_seconds = timeout_seconds
        self._probe: asyncio.Task[bool] | None = None

    async def convert(self, upload: FileIO, result: FileIO) -> Converted:
        """Write the Markdown of the archive in `upload` to `result`, as a zip.

        When it returns, the child has ended and `result` is complete. When it is cancelled, the
        child is killed and the slot is free before the cancellation goes on.

        Raises ServiceError, which says why there is no result in words for the client.
        """
        async with self._admission.slot():
            with recorded_conversion() as facts:
                facts["archive_bytes"] = _size(upload)
                ended = await self._run_child(upload, result)
                converted = _converted(ended, facts)
                facts.update(msgspec.structs.asdict(converted), result_bytes=_size(result))
                return converted

    async def probe(self) -> None:
        """Have a child answer, without taking a slot; callers at the same time share one.

        Raises ServiceError `converter_unavailable`.
        """
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._greeted())
        if not await asyncio.shield(self._probe):
            raise _unavailable()

    async def _greeted(self) -> bool:
        try:
            ended = await self._launcher.run(child.greet, timeout=_PROBE_TIMEOUT_SECONDS)
        except (CannotStart, TimeoutError):
            return False
        return isinstance(decode(ended.reply), Ready)

    async def _run_child(self, upload: FileIO, result: FileIO) -> Ended:
        try:
            return await self._launcher.run(
                child.convert,
                SentFile(upload),
                SentFile(result),
                self._limits,
                timeout=self._timeout_seconds,
            )
        except CannotStart as error:
            raise _unavailable() from error
        except TimeoutError:
            raise ServiceError(
                ErrorCode.CONVERSION_TIMEOUT,
                f"The conversion was stopped after {self._timeout_seconds:g} seconds.",
            ) from None


def limits_of(settings: Settings) -> Limits:
    """The converter's limits as the operator has set them."""
    return Limits(
        max_entries=settings.max_entries,
        max_archive_bytes=settings.max_archive_bytes,
        max_page_bytes=settings.max_page_bytes,
        max_output_bytes=settings.max_output_bytes,
    )


def _converted(ended: Ended, facts: dict[str, object]) -> Converted:
    match decode(ended.reply):
        case Converted() as converted:
            return converted
        case Refused(code=code, detail=detail, entry=entry, limit=limit):
            raise ServiceError(ErrorCode.named(code), detail, entry=entry, limit=limit)
        case OutOfRoom():
            raise out_of_room()
        case Crashed(traceback=traceback):
            facts["child_traceback"] = traceback
        case Ready() | None:
            facts["child_ended_by"] = _cause_of_end(ended.exit_code)
    raise ServiceError(
        ErrorCode.CONVERSION_FAILED, "The converter stopped before it had finished this archive."
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


def _size(file: FileIO) -> int:
    return os.fstat(file.fileno()).st_size
