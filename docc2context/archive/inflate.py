"""The content of deflate streams: whole, or in pieces of bounded size."""

from collections.abc import Iterable, Iterator
from typing import cast

from zlib_ng import zlib_ng

from docc2context.archive.refusals import cut_off, not_inflatable, oversized, trailing
from docc2context.archive.source import PIECE_BYTES, Source

_FAULT = cast("type[Exception]", zlib_ng.error)  # which its stubs call an instance

_NO_MEMORY = "Error -4 "
"""Z_MEM_ERROR, which has no exception of its own."""


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
            data = b"".join(_up_to(size + 1, pieces, inflater, name))
    except _FAULT as error:
        raise _inflation_failed(error, name) from error
    if len(data) > size:
        raise oversized(size, name)
    _check_end(inflater, name)
    return data


def inflated_pieces(compressed: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The content of a deflate stream, which must fill all of `compressed`.

    It may be larger than memory: however much a byte of the stream expands to, no piece is larger
    than `PIECE_BYTES`. Raises ArchiveRefused (`invalid_zip`).
    """
    inflater = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    for chunk in compressed:
        if inflater.eof:
            raise trailing(name)
        yield from _inflated(chunk, inflater, name)
    _check_end(inflater, name)


def _up_to(
    room: int, pieces: Iterable[bytes], inflater: "zlib_ng._Decompress", name: str
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


def _inflated(chunk: bytes, inflater: "zlib_ng._Decompress", name: str) -> Iterator[bytes]:
    """What a chunk inflates to; after a full piece, more of it may wait inside the inflater."""
    size = PIECE_BYTES
    # After the end of the stream, `unconsumed_tail` may be what follows it, and never get shorter.
    while not inflater.eof and (chunk or size == PIECE_BYTES):
        try:
            piece = inflater.decompress(chunk, PIECE_BYTES)
        except _FAULT as error:
            raise _inflation_failed(error, name) from error
        chunk, size = inflater.unconsumed_tail, len(piece)
        if piece:
            yield piece


def _check_end(inflater: "zlib_ng._Decompress", name: str) -> None:
    """Check that the stream has ended where the bytes given to the inflater have."""
    if inflater.unused_data:
        raise trailing(name)
    if not inflater.eof:
        raise cut_off(name)


def _inflation_failed(error: Exception, name: str) -> Exception:
    """What to raise for an error of zlib's: running out of memory is not the entry's fault."""
    return MemoryError() if str(error).startswith(_NO_MEMORY) else not_inflatable(name)
