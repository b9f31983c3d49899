"""Bytes of one entry, inflated in memory and never more than it declares."""

from collections.abc import Iterable, Iterator
from typing import cast

from zlib_ng import zlib_ng

from docc2context.archive.refusals import cut_off, not_inflatable, oversized, trailing
from docc2context.archive.source import PIECE_BYTES, Source

_FAULT = cast("type[Exception]", zlib_ng.error)  # which its stubs call an instance

_NO_MEMORY = "Error -4 "
"""Z_MEM_ERROR, which has no exception of its own."""


def inflation_failed(error: Exception, name: str) -> Exception:
    """What to raise for an error of zlib's: running out of memory is not the entry's fault."""
    return MemoryError() if str(error).startswith(_NO_MEMORY) else not_inflatable(name)


def inflate(source: Source, start: int, compressed: int, size: int, name: str) -> bytes:
    """The `size` bytes that the deflate stream at `start` holds, which must fill `compressed`.

    `zlib.decompress` would take all that a lying stream expands to, a thousand bytes for each of
    its own; here inflating stops one byte after `size`. Raises ArchiveRefused (`invalid_zip`).
    """
    inflater = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    try:
        if compressed <= PIECE_BYTES:
            data = inflater.decompress(source.read(compressed, start), size + 1)
        else:  # in pieces, as a valid stream may be far longer than what it holds
            pieces = source.pieces(compressed, start)
            data = b"".join(_in_pieces(inflater, pieces, size + 1, name))
    except _FAULT as error:
        raise inflation_failed(error, name) from error
    if len(data) > size:
        raise oversized(size, name)
    if inflater.unused_data:
        raise trailing(name)
    if not inflater.eof:
        raise cut_off(name)
    return data


def _in_pieces(
    inflater: "zlib_ng._Decompress", pieces: Iterable[bytes], room: int, name: str
) -> Iterator[bytes]:
    """The content of a stream, up to `room` bytes."""
    for piece in pieces:
        if inflater.eof:
            raise trailing(name)
        part = inflater.decompress(piece, room)
        room -= len(part)
        yield part
        if room == 0:
            return
