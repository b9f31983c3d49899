"""The cost and progress of reading an archive, apart from converting its pages."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar

from docc2context.archive.limits import Limits
from docc2context.archive.reader import Archive, open_archive
from docc2context.errors import EntryUnreadable

T = TypeVar("T")

Stage = Literal["opening", "reading", "converting"]
"""What a conversion is doing: checking the archive, reading one of its files, or anything else."""


class Reading:
    """Filled in while an archive is read, and kept as it is when an error ends the conversion.

    `seconds` is the time spent on opening, and on reading and inflating files; `files` and `bytes`
    count what was inflated: pages, metadata and assets. What other processes read is not included.
    """

    def __init__(self) -> None:
        self.stage: Stage = "opening"
        self.seconds = 0.0
        self.files = self.bytes = 0


@contextmanager
def open_metered(
    source: Path | str | bytes | BinaryIO, limits: Limits, reading: Reading, *, assets: bool
) -> Iterator[Archive]:
    """Open an archive as `open_archive` does, and record in `reading` what it costs."""
    started = time.perf_counter()
    with open_archive(source, limits, assets=assets) as archive:
        reading.seconds += time.perf_counter() - started
        reading.stage = "converting"
        yield _MeteredArchive(archive, reading)


class _MeteredArchive:
    """An archive whose reads are recorded."""

    def __init__(self, archive: Archive, reading: Reading) -> None:
        self._archive = archive
        self._reading = reading
        self.pages = archive.pages
        self.assets = archive.assets

    def read(self, page: str) -> bytes:
        return self._counted(self._timed(self._archive.read, page))

    def metadata(self) -> bytes | None:
        data = self._timed(self._archive.metadata)
        return None if data is None else self._counted(data)

    def check_assets(self, names: Iterable[str]) -> None:
        self._archive.check_assets(names)

    def asset_size(self, name: str) -> int:
        return self._archive.asset_size(name)

    def read_asset(self, name: str) -> Iterator[bytes]:
        pieces = self._archive.read_asset(name)
        while (piece := self._timed(next, pieces, None)) is not None:
            self._reading.bytes += len(piece)
            yield piece
        self._reading.files += 1

    def _timed(self, read: Callable[..., T], *args: object) -> T:
        reading = self._reading
        reading.stage = "reading"
        started = time.perf_counter()
        try:
            result = read(*args)
        except EntryUnreadable:  # which costs one page
            reading.stage = "converting"
            raise
        reading.seconds += time.perf_counter() - started
        reading.stage = "converting"
        return result

    def _counted(self, data: bytes) -> bytes:
        self._reading.files += 1
        self._reading.bytes += len(data)
        return data
