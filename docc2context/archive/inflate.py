"""Bytes of one entry, inflated in memory and never more than it declares."""

from collections.abc import Iterable
from typing import cast

from zlib_ng import zlib_ng

from docc2context.archive.refusals import damaged
from docc2context.archive.source import Source

_CHUNK = 1 << 20
"""Compressed bytes held at once: a valid stream may be far longer than what it holds."""

_FAULT = cast("type[Exception]", zlib_ng.error)  # which its stubs call an instance

_NO_MEMORY = "Error -4 "
"""Z_MEM_ERROR, for which there is no exception of its own."""


def inflate(source: Source, start: int, compressed: int, size: int, name: str) -> bytes:
    """The `size` bytes that the deflate stream at `start` holds, which must fill `compressed`.

    `zlib.decompress` would take all that a lying stream makes, a thousand bytes for each of its
    own; here it ends one byte after `size`. Raises ArchiveRefused (`invalid_zip`).
    """
    inflater = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    parts: list[bytes] = []
    room = size + 1
    try:
        for chunk in _chunks(source, start, compressed):
            if inflater.eof:
                raise damaged("data follows the compressed data of an entry", name)
            part = inflater.decompress(chunk, room)
            room -= len(part)
            if room == 0:
                raise damaged(f"an entry holds more than the {size} bytes declared", name)
            parts.append(part)
    except _FAULT as error:
        if str(error).startswith(_NO_MEMORY):
            raise MemoryError from error  # which is no fault of the entry's
        raise damaged("an entry cannot be inflated", name) from error
    if inflater.unused_data:
        raise damaged("data follows the compressed data of an entry", name)
    if not inflater.eof:
        raise damaged("the compressed data of an entry is cut off", name)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _chunks(source: Source, start: int, length: int) -> Iterable[bytes]:
    if length <= _CHUNK:
        return (source.read(length, start),)
    end = start + length
    return (source.read(min(_CHUNK, end - at), at) for at in range(start, end, _CHUNK))
