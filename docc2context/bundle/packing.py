"""How a file of the bundle is packed, as the sink that it goes into wants it."""

from collections.abc import Callable
from typing import NamedTuple

from deflate import deflate_compress
from zlib_ng import zlib_ng

STORED, DEFLATED = 0, 8
"""How a zip holds an entry (APPNOTE 4.4.5)."""

_LEVEL = 1
"""libdeflate's fastest: half of zlib's time for 1.4 to 3.5 % more bytes (DOCS/ADR/0008)."""


class PackedFile(NamedTuple):
    """The bytes to write for a file; `size` and `crc` are those of the file itself."""

    data: bytes | bytearray
    size: int
    crc: int
    method: int


Packing = Callable[[bytes], PackedFile]


def plain(data: bytes) -> PackedFile:
    """A file as it is; without a CRC, which only zips hold."""
    return PackedFile(data, len(data), 0, STORED)


def deflated(data: bytes) -> PackedFile:
    """A file as an entry of a zip: deflated, if that makes it shorter."""
    shorter = deflate_compress(data, _LEVEL)
    if len(shorter) < len(data):
        return PackedFile(shorter, len(data), zlib_ng.crc32(data), DEFLATED)
    return PackedFile(data, len(data), zlib_ng.crc32(data), STORED)


def unpacked(file: PackedFile) -> bytes:
    """The file again, whichever way it was packed."""
    if file.method == STORED:
        return bytes(file.data)
    return zlib_ng.decompress(file.data, -zlib_ng.MAX_WBITS, file.size)
