"""The content of a file of the bundle, as the sink that it goes into wants it."""

from collections.abc import Callable
from typing import NamedTuple

from deflate import deflate_compress
from zlib_ng import zlib_ng

STORED, DEFLATED = 0, 8
"""How a zip holds an entry (APPNOTE 4.4.5)."""

_LEVEL = 1
"""libdeflate's fastest: half of zlib's time for 1.4 to 3.5 % more bytes (DOCS/ADR/0008)."""


class Content(NamedTuple):
    """Bytes to write, and what they are: `size` and `crc` are those of the file itself."""

    data: bytes | bytearray
    size: int
    crc: int
    method: int


Packing = Callable[[bytes], Content]


def plain(data: bytes) -> Content:
    """A file as it is; without a CRC, which only zips hold."""
    return Content(data, len(data), 0, STORED)


def deflated(data: bytes) -> Content:
    """A file as an entry of a zip: deflated, unless that would make it longer."""
    shorter = deflate_compress(data, _LEVEL)
    if len(shorter) < len(data):
        return Content(shorter, len(data), zlib_ng.crc32(data), DEFLATED)
    return Content(data, len(data), zlib_ng.crc32(data), STORED)


def unpacked(content: Content) -> bytes:
    """The file again, whichever way it was packed."""
    if content.method == STORED:
        return bytes(content.data)
    return zlib_ng.decompress(content.data, -zlib_ng.MAX_WBITS, content.size)
