"""Local headers (APPNOTE 4.3.7): each must agree with the directory."""

import struct

from docc2context.archive.central_directory import Entry
from docc2context.archive.extra_fields import extra_fields, widened
from docc2context.archive.names import entry_name
from docc2context.archive.refusals import ambiguous, damaged, too_many
from docc2context.archive.source import Source
from docc2context.errors import ArchiveRefused

_HAS_DESCRIPTOR = 0x8
"""CRC and sizes follow the data because the writer could not go back to the local header."""

_LEAST_DESCRIPTOR = 12
"""Bytes of a data descriptor (4.3.9) without its optional signature and without ZIP64."""

_COMPRESSION_LEVEL = 0x6
"""The flags that change nothing for a reader."""

_SIGNATURE = b"PK\x03\x04"
_HEADER = struct.Struct("<4s2x2H4x3L2H")
_USUAL_EXTRA = 64
"""Bytes read beyond the name, to get most tools' extra fields in the same read."""

_WINDOW = 16 * 1024
"""Bytes read at once: entries mostly lie in the directory's order, and many are short."""


class LocalHeaders:
    """Checks local headers against the directory, one after the other.

    Entries that do not overlap have room between the start of the file and the directory. What
    they claim is added up and checked against that, so that overlaps cannot multiply the work.
    """

    def __init__(self, source: Source, directory_offset: int, max_bytes: int) -> None:
        self._source = source
        self._directory = directory_offset
        self._room = directory_offset
        self._max_bytes = max_bytes
        self._header_bytes = 0
        self._window = b""
        self._window_start = 0

    def place(self, entry: Entry, name: str) -> tuple[int, int]:
        """Where the data of an entry begins, and where all that belongs to it ends.

        Raises ArchiveRefused: `ambiguous_zip`, `too_many_entries` if the headers together are
        larger than a directory may be, `invalid_zip` for extra fields that do not fit.
        """
        extra_start = _HEADER.size + len(entry.raw_name)
        header = self._read(entry, name, extra_start)
        signature, flags, method, crc, compressed, size, name_size, extra_size = (
            _HEADER.unpack_from(header)
        )
        if (
            signature != _SIGNATURE
            or (flags ^ entry.flags) & ~_COMPRESSION_LEVEL
            or method != entry.method
            or header[_HEADER.size : _HEADER.size + name_size] != entry.raw_name
        ):
            raise _disagreement(name)
        start = extra_start + extra_size
        end = self._claim(entry, name, start)
        if extra_size:
            extra = header[extra_start:start]
            if len(extra) < extra_size:
                extra = self._source.read(extra_size, entry.offset + extra_start)
            size, compressed = _sizes_by_extra(entry, name, (size, compressed), extra)
        if crc != entry.crc or compressed != entry.compressed or size != entry.size:
            _check_streamed(entry, name, (crc, compressed, size))
        return entry.offset + start, end

    def _read(self, entry: Entry, name: str, extra_start: int) -> bytes:
        if entry.offset + extra_start > self._directory:
            raise ambiguous("the local header of an entry would overlap the directory", name)
        wanted = extra_start + _USUAL_EXTRA
        start = entry.offset - self._window_start
        if not 0 <= start <= len(self._window) - wanted:
            self._window = self._source.read(max(wanted, _WINDOW), entry.offset)
            self._window_start, start = entry.offset, 0
        header = self._window[start : start + wanted]
        if len(header) < extra_start:
            raise damaged("it got shorter while it was being read", name)
        return header

    def _claim(self, entry: Entry, name: str, header_bytes: int) -> int:
        """Count the bytes that an entry takes; return where it ends."""
        taken = header_bytes + entry.compressed
        if entry.flags & _HAS_DESCRIPTOR:
            taken += _LEAST_DESCRIPTOR
        self._room -= taken
        if self._room < 0 or entry.offset + taken > self._directory:
            raise ambiguous("an entry overlaps another one, or the directory", name)
        self._header_bytes += header_bytes
        if self._header_bytes > self._max_bytes:
            raise too_many(
                f"has local headers over the limit of {self._max_bytes} bytes in total",
                self._max_bytes,
            )
        return entry.offset + taken


def _sizes_by_extra(
    entry: Entry, name: str, sizes: tuple[int, int], extra: bytes
) -> tuple[int, ...]:
    """The sizes, uncompressed first, according to the two extra fields that matter."""
    zip64, unicode_path = extra_fields(extra, entry.raw_name)
    if unicode_path is not None and unicode_path != entry.unicode_path:
        other = entry_name(entry.raw_name, entry.flags, unicode_path)
        if other != name.removesuffix("/") and other != name:
            raise _disagreement(name)
    wide = sizes if zip64 is None else widened(sizes, zip64)
    if wide is None:
        raise ambiguous("the ZIP64 field of an entry contradicts its local header", name)
    return wide


def _check_streamed(entry: Entry, name: str, found: tuple[int, int, int]) -> None:
    """Let CRC and sizes differ only where a descriptor gives them and the header gives zeros."""
    streamed = entry.flags & _HAS_DESCRIPTOR
    if streamed and not any(found):
        return
    expected = (entry.crc, entry.compressed, entry.size)
    for value, right in zip(found, expected, strict=True):
        if value != right and not (streamed and value == 0):
            raise _disagreement(name)


def _disagreement(name: str) -> ArchiveRefused:
    return ambiguous("the local header of an entry and the directory disagree", name)
