"""One conversion from its place in the queue to its outcome, counted and logged in one place."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from typing import Final

from app.core.errors import ErrorCode, ServiceError
from app.services.admission import Admission
from app.services.availability import Availability
from app.services.converter import Converter
from app.services.journal import Journal
from app.worker.options import Options
from app.worker.protocol import Converted

_NO_ROOM: Final = {ErrorCode.INSUFFICIENT_STORAGE, ErrorCode.BUSY}
"""The codes for a full or unusable disk, too many open files, and no upload slot."""


class Conversions:
    """Runs conversions by `converter`, as many at once as `admission` lets in."""

    def __init__(
        self,
        *,
        admission: Admission,
        converter: Converter,
        availability: Availability,
        journal: Journal,
    ) -> None:
        self._admission = admission
        self._converter = converter
        self._availability = availability
        self._journal = journal

    @property
    def takes_options(self) -> bool:
        """Whether the converter makes one document, and copies assets, where options say so."""
        return self._converter.takes_options

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
        why_cancelled: Callable[[], ServiceError | None] = lambda: None,
    ) -> Converted:
        """Write the Markdown of the archive in `upload` to `result`, by these options.

        When it returns, the child has ended and `result` is complete. When it is cancelled, the
        child is killed and the slot is free before the cancellation goes on. It is recorded as the
        error that `why_cancelled` returns, if the service has cancelled it and not its client.

        Raises ServiceError, which says why there is no result in words for the client.
        """
        with self._journal.conversion(why_cancelled=why_cancelled) as record:
            record.facts["archive_bytes"] = _size(upload)
            async with self._admission.slot():
                with self._journal.running(record):
                    with self._availability.outcome_noted():
                        converted = await self._converter.run(upload, result, options, record)
                    record.converted = converted
                    record.facts.update(_facts(converted), result_bytes=_size(result))
            return converted

    @contextmanager
    def storing(self) -> Iterator[None]:
        """Around what stores an upload, and makes room for its result.

        If there is no room on the disk, no descriptor or no upload slot left, that is recorded as a
        conversion that failed: it would have asked for its slot next.
        """
        try:
            yield
        except ServiceError as error:
            if error.code not in _NO_ROOM:
                raise
            with self._journal.conversion():
                raise


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
