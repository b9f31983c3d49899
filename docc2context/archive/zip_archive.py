"""An archive as a zip, read by the rules of one strict reader.

A zip is never unpacked: pages are inflated in memory, one at a time. Whatever two readers could
understand differently is refused, also in entries that are not pages. Assets are read in pieces,
and only on request.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from zlib_ng import zlib_ng

from docc2context.archive.collisions import rows_by_name
from docc2context.archive.end_record import find_directory
from docc2context.archive.entry_table import read_entries
from docc2context.archive.inflate import inflate, inflated_pieces
from docc2context.archive.layout import METADATA, is_asset, locate, place_of
from docc2context.archive.limits import (
    MAX_METADATA_BYTES,
    Limits,
    check_asset_sizes,
    check_page_sizes,
)
from docc2context.archive.other_formats import LOOKED_AT_BYTES, not_a_zip
from docc2context.archive.refusals import oversized, undersized, wrong_checksum
from docc2context.archive.source import Source
from docc2context.errors import ArchiveRefused, Code

_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


class ZipArchive:
    """A zipped archive; no page is read before it is asked for."""

    def __init__(self, file: BinaryIO, limits: Limits, *, assets: bool) -> None:
        self._limits = limits
        self._source = Source(file)
        _check_start(self._source)
        self._table = read_entries(self._source, find_directory(self._source, limits), limits)
        self._rows, self._metadata, self._assets = _select(self._table.names, assets=assets)
        self.pages = self._rows.names
        self.assets = self._assets.names
        sizes = self._table.sizes
        check_page_sizes(((page, sizes[row]) for page, row in self._rows.items()), limits)

    def read(self, page: str) -> bytes:
        return self._read(page, self._rows[page])

    def metadata(self) -> bytes | None:
        row = self._metadata
        if row is None or self._table.sizes[row] > MAX_METADATA_BYTES:
            return None
        return self._read(METADATA, row)

    def check_assets(self, names: Iterable[str]) -> None:
        sizes = self._table.sizes
        pages = sum(sizes[row] for _, row in self._rows.items())
        check_asset_sizes(pages, sum(map(self.asset_size, names)), self._limits)

    def asset_size(self, name: str) -> int:
        return self._table.sizes[self._assets[name]]

    def read_asset(self, name: str) -> Iterator[bytes]:
        row, table = self._assets[name], self._table
        pieces = self._source.pieces(table.compressed[row], table.data[row])
        if not table.stored[row]:
            pieces = inflated_pieces(pieces, name)
        return _checked(pieces, table.sizes[row], table.crcs[row], name)

    def _read(self, name: str, row: int) -> bytes:
        table = self._table
        start, compressed, size = table.data[row], table.compressed[row], table.sizes[row]
        if table.stored[row]:
            data = self._source.read(compressed, start)
        else:
            data = inflate(self._source, start, compressed, size, name)
        if len(data) != size:
            raise undersized(len(data), size, name)
        if zlib_ng.crc32(data) != table.crcs[row]:
            raise wrong_checksum(name)
        return data


def _checked(pieces: Iterable[bytes], size: int, crc: int, name: str) -> Iterator[bytes]:
    """The pieces, checked against what their entry declares; stops before there are too many bytes.

    Raises ArchiveRefused (`invalid_zip`), after the last piece if bytes are missing or altered.
    """
    found = checksum = 0
    for piece in pieces:
        found += len(piece)
        if found > size:
            raise oversized(size, name)
        checksum = zlib_ng.crc32(piece, checksum)
        yield piece
    if found != size:
        raise undersized(found, size, name)
    if checksum != crc:
        raise wrong_checksum(name)


def _check_start(source: Source) -> None:
    start = source.read(LOOKED_AT_BYTES, 0)
    if not start:
        raise ArchiveRefused(Code.EMPTY_UPLOAD, "the file is empty (0 bytes)")
    if not start.startswith(_STARTS):
        raise not_a_zip(start)


class _Rows:
    """Rows of the table by sorted names; a dict would take 15 MB more for 200,000."""

    def __init__(self, names: tuple[str, ...], rows: "array[int]") -> None:
        self.names = names
        self._rows = rows

    def __getitem__(self, name: str) -> int:
        place = place_of(name, self.names)
        if place is None:
            raise KeyError(name)
        return self._rows[place]

    def items(self) -> Iterator[tuple[str, int]]:
        return zip(self.names, self._rows, strict=True)


def _select(names: list[str], *, assets: bool) -> tuple[_Rows, int | None, _Rows]:
    """The rows of the pages, the row of the metadata, and the rows of assets if asked for.

    Pages and assets go by their names relative to the root. Empties `names`: 200,000 can take
    64 MiB, too much to hold beside those.
    """
    rows = array("I", (row for row in rows_by_name(names) if not names[row].endswith("/")))
    files = [names[row] for row in rows]
    names.clear()
    location = locate(files)
    root = location.root
    metadata = place_of(root + METADATA, files)
    pages = _moved(files, rows, location.places, len(root))
    places = array("I", _asset_places(files, root) if assets else ())
    beside = _moved(files, rows, places, len(root))
    return pages, None if metadata is None else rows[metadata], beside


def _moved(files: list[str], rows: "array[int]", places: "array[int]", cut: int) -> _Rows:
    """The rows at `places`, by their names without the root; blanks these names in `files`."""

    def names() -> Iterator[str]:
        for place in places:
            yield files[place][cut:]
            files[place] = ""

    return _Rows(tuple(names()), array("I", map(rows.__getitem__, places)))


def _asset_places(files: list[str], root: str) -> Iterator[int]:
    cut = len(root)
    for place, name in enumerate(files):
        if name and name[:cut] == root and is_asset(name[cut:]):
            yield place
