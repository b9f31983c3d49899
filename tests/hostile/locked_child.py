"""An archive through the service's own child, locked, in 2 s of CPU and 150 MB."""

import asyncio
import tempfile
from io import FileIO
from pathlib import Path

from app.core.errors import ServiceError
from app.services.journal import Record
from app.services.own_converter import OwnConverter
from app.worker.launcher import Launcher
from app.worker.locks.bounds import Bounds
from app.worker.options import Options
from docc2context import DEFAULT_LIMITS, Limits

BOUNDS = Bounds(memory_bytes=150_000_000, cpu_seconds=2, file_bytes=DEFAULT_LIMITS.max_output_bytes)

_BUNDLE = Options()

_TIMEOUT_SECONDS = 120.0
"""Of the clock, for a machine that has much else to do: an input at fault meets CPU time first."""


def answer(
    archive: bytes | Path,
    limits: Limits = DEFAULT_LIMITS,
    *,
    options: Options = _BUNDLE,
    bounds: Bounds = BOUNDS,
) -> str:
    """`converted`, or the code of the refusal of an archive, given as bytes or as a file."""
    error = refusal(archive, limits, options=options, bounds=bounds)
    return "converted" if error is None else str(error.code.value)


def refusal(
    archive: bytes | Path,
    limits: Limits = DEFAULT_LIMITS,
    *,
    options: Options = _BUNDLE,
    bounds: Bounds = BOUNDS,
) -> ServiceError | None:
    """What a client would be told, if not that the archive is converted."""
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(archive, bytes):
            upload = Path(folder, "upload")
            upload.write_bytes(archive)
        else:
            upload = archive
        with FileIO(upload) as source, FileIO(f"{folder}/result", "w+") as result:
            return asyncio.run(_refusal(_converter(limits, bounds), source, result, options))


def _converter(limits: Limits, bounds: Bounds) -> OwnConverter:
    return OwnConverter(
        launcher=Launcher(),
        limits=limits,
        bounds=bounds,
        timeout_seconds=_TIMEOUT_SECONDS,
    )


async def _refusal(
    converter: OwnConverter, upload: FileIO, result: FileIO, options: Options
) -> ServiceError | None:
    try:
        await converter.run(upload, result, options, Record())
    except ServiceError as error:
        return error
    return None
