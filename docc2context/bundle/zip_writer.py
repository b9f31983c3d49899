"""Writes a zip whose bytes depend on nothing but names and contents.

`zipfile` would do, but for its cost: eleven microseconds per entry besides deflating, and it
deflates only with zlib, which takes half as long again as libdeflate for the same size
(DOCS/ADR/0008-compression.md).
"""

import struct
import zlib
from collections.abc import Iterable
from typing import BinaryIO

from docc2context.bundle.packing import STORED, PackedFile

_SHARED = struct.Struct("<5H3L2H")
"""What a local header and the directory's header have in common, from the version needed to the
length of the extra field."""

_CENTRAL_REST = struct.Struct("<3H2L")
_END = struct.Struct("<4s4H2LH")
_ZIP64_END = struct.Struct("<4sQ2H2L4Q")
_ZIP64_LOCATOR = struct.Struct("<4sLQL")
_ZIP64_OFFSET = struct.Struct("<2HQ")

_VERSION, _ZIP64_VERSION = 20, 45

MAX_ENTRY_BYTES = (1 << 32) - 2
"""A larger entry needs ZIP64 in its headers, which no file of a bundle has called for."""

_UNIX = 3 << 8
_MADE_BY = struct.pack("<H", _UNIX | _ZIP64_VERSION)
_MODE = 0o100644 << 16
_UTF8 = 0x800
_FIRST_DATE = 0x21
"""1 January 1980, the earliest that a zip can hold: bytes depend on no clock."""

_LIMIT_16, _LIMIT_32 = 0xFFFF, 0xFFFFFFFF
"""The classic fields hold less than these, which mean: see ZIP64."""


class ZipWriter:
    """Appends entries to a file that was empty; without `close` it is not a zip."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._position = 0
        self._directory: list[bytes] = []

    def add(self, name: str, file: PackedFile) -> None:
        """Append a file of less than 4 GiB, readable by all and writable by its owner."""
        raw, data = name.encode(), file.data
        shared = _shared(raw, file.method, file.crc, len(data), file.size)
        self._file.write(b"".join((b"PK\3\4", shared, raw, data)))
        self._directory.append(_central_header(raw, shared, self._position))
        self._position += 4 + len(shared) + len(raw) + len(data)

    def add_stored(self, name: str, size: int, pieces: Iterable[bytes]) -> None:
        """Append a file of less than 4 GiB as it is, piece by piece: `size` bytes in all.

        Its checksum, which precedes it, is filled in after the last piece.
        """
        raw = name.encode()
        start = self._position + 4 + _SHARED.size + len(raw)
        self._file.seek(start)
        crc = 0
        for piece in pieces:
            crc = zlib.crc32(piece, crc)
            self._file.write(piece)
        shared = _shared(raw, STORED, crc, size, size)
        self._file.seek(self._position)
        self._file.write(b"".join((b"PK\3\4", shared, raw)))
        self._file.seek(start + size)
        self._directory.append(_central_header(raw, shared, self._position))
        self._position = start + size

    def close(self) -> None:
        """Append the directory, in the order in which the entries came."""
        directory = b"".join(self._directory)
        self._file.write(directory + _end(len(self._directory), len(directory), self._position))
        self._file.flush()


def _shared(raw_name: bytes, method: int, crc: int, compressed: int, size: int) -> bytes:
    flags = 0 if raw_name.isascii() else _UTF8
    return _SHARED.pack(
        _VERSION, flags, method, 0, _FIRST_DATE, crc, compressed, size, len(raw_name), 0
    )


def _central_header(raw_name: bytes, shared: bytes, offset: int) -> bytes:
    if offset < _LIMIT_32:
        rest = _CENTRAL_REST.pack(0, 0, 0, _MODE, offset)
        return b"".join((b"PK\1\2", _MADE_BY, shared, rest, raw_name))
    extra = _ZIP64_OFFSET.pack(1, _ZIP64_OFFSET.size - 4, offset)
    _, *fields, _ = _SHARED.unpack(shared)
    shared = _SHARED.pack(_ZIP64_VERSION, *fields, len(extra))
    rest = _CENTRAL_REST.pack(0, 0, 0, _MODE, _LIMIT_32)
    return b"".join((b"PK\1\2", _MADE_BY, shared, rest, raw_name, extra))


def _end(entries: int, size: int, offset: int) -> bytes:
    """The end record, with ZIP64's before it where one of the three needs that."""
    classic = _END.pack(
        b"PK\5\6", 0, 0, *[min(entries, _LIMIT_16)] * 2,
        min(size, _LIMIT_32), min(offset, _LIMIT_32), 0,
    )  # fmt: skip
    if entries < _LIMIT_16 and size < _LIMIT_32 and offset < _LIMIT_32:
        return classic
    wide = _ZIP64_END.pack(
        b"PK\6\6", _ZIP64_END.size - 12, _UNIX | _ZIP64_VERSION, _ZIP64_VERSION, 0, 0,
        entries, entries, size, offset,
    )  # fmt: skip
    return wide + _ZIP64_LOCATOR.pack(b"PK\6\7", 0, offset + size, 1) + classic
