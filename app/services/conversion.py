"""One conversion from its place in the queue to its outcome, counted and logged in one place."""

import asyncio
import os
from io import FileIO
from typing import Final

import msgspec

from app.core.config import Settings
from app.services.admission import Admission
from app.services.engine import Engine, unavailable
from app.services.journal import recorded_conversion
from app.services.outside_converter import OutsideConverter
from app.services.own_converter import OwnConverter
from app.worker.launcher import Launcher
from app.worker.locks import Bounds, Locks
from app.worker.protocol import Converted, Gathered
from app.worker.wanted import Wanted
from docc2context import Limits, __version__

CONVERTER_VERSION: Final = __version__


class Converter:
    """Runs conversions by `engine`, as many at once as `admission` lets in."""

    def __init__(self, *, admission: Admission, engine: Engine) -> None:
        self._admission = admission
        self._engine = engine
        self._probe: asyncio.Task[Locks | None] | None = None

    @property
    def has_options(self) -> bool:
        """Whether it makes one document, and copies assets, where that is wanted."""
        return self._engine.has_options

    async def convert(self, upload: FileIO, result: FileIO, wanted: Wanted) -> Converted | Gathered:
        """Write the Markdown of the archive in `upload` to `result`, as it is wanted.

        When it returns, the child has ended and `result` is complete. When it is cancelled, the
        child is killed and the slot is free before the cancellation goes on.

        Raises ServiceError, which says why there is no result in words for the client.
        """
        async with self._admission.slot():
            with recorded_conversion() as facts:
                facts["archive_bytes"] = _size(upload)
                converted = await self._engine.run(upload, result, wanted, facts)
                facts.update(msgspec.structs.asdict(converted), result_bytes=_size(result))
                return converted

    async def probe(self) -> Locks:
        """Have a child answer, without taking a slot; callers at the same time share one.

        Returns what holds the child. Raises ServiceError `converter_unavailable`.
        """
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._engine.probe())
        locks = await asyncio.shield(self._probe)
        if locks is None:
            raise unavailable("No process for the conversion could be started.")
        return locks


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


def _size(file: FileIO) -> int:
    return os.fstat(file.fileno()).st_size
