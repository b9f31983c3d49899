"""Bytes of one entry, inflated in memory and never more than it declares."""

from collections.abc import Iterable, Iterator
from typing import cast

from zlib_ng import zlib_ng

from docc2context.archive.refusals import damaged
from docc2context.archive.source import Source

_CHUNK = 1 << 20
"""Compressed bytes held at once: a valid stream may be far longer than what it holds."""

_FAULT = cast("type[Exception]", zlib_ng.error)  # which its stubs call an instance

_TRAILING = "data follows the compressed data of an entry"

_NO_MEMORY = "Error -4 "
"""Z_MEM_ERROR, for which there is no exception of its own."""


def inflate(source: Source, start: int, compressed: int, size: int, name: str) -> bytes:
    """The `size` bytes that the deflate stream at `start` holds, which must fill `compressed`.

    `zlib.decompress` would take all that a lying stream makes, a thousand bytes for each of its
    own; here it ends one byte after `size`. Raises ArchiveRefused (`invalid_zip`).
    """
    inflater = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    try:
        if compressed <= _CHUNK:
            data = inflater.decompress(source.read(compressed, start), size + 1)
        else:
            chunks = _chunks(source, start, compressed)
            data = b"".join(_in_pieces(inflater, chunks, size + 1, name))
    except _FAULT as error:
        if str(error).startswith(_NO_MEMORY):
            raise MemoryError from error  # which is no fault of the entry's
        raise damaged("an entry cannot be inflated", name) from error
    if len(data) > size:
        raise damaged(f"an entry holds more than the {size} bytes declared", name)
    if inflater.unused_data:
        raise damaged(_TRAILING, name)
    if not inflater.eof:
        raise damaged("the compressed data of an entry is cut off", name)
    return data


def _in_pieces(
    inflater: "zlib_ng._Decompress", chunks: Iterable[bytes], room: int, name: str
) -> Iterator[bytes]:
    """What a stream holds, up to `room` bytes."""
    for chunk in chunks:
        if inflater.eof:
            raise damaged(_TRAILING, name)
        part = inflater.decompress(chunk, room)
        room -= len(part)
        yield part
        if room == 0:
            return


def _chunks(source: Source, start: int, length: int) -> Iterator[bytes]:
    end = start + length
    return (source.read(min(_CHUNK, end - at), at) for at in range(start, end, _CHUNK))
