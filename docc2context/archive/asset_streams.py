"""Bytes of an entry in pieces of bounded size: a video may be larger than memory."""

import zlib
from collections.abc import Iterable, Iterator

from docc2context.archive.inflate import inflation_failed
from docc2context.archive.refusals import (
    cut_off,
    oversized,
    trailing,
    undersized,
    wrong_checksum,
)
from docc2context.archive.source import PIECE_BYTES


def inflated_pieces(compressed: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The content of a deflate stream, which must fill all of `compressed`.

    However much a byte of the stream expands to, no piece is larger than `PIECE_BYTES`. Raises
    ArchiveRefused (`invalid_zip`).
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for chunk in compressed:
        if inflater.eof:
            raise trailing(name)
        yield from _inflated(chunk, inflater, name)
    if inflater.unused_data:
        raise trailing(name)
    if not inflater.eof:
        raise cut_off(name)


def _inflated(chunk: bytes, inflater: "zlib._Decompress", name: str) -> Iterator[bytes]:
    """What a chunk inflates to; after a full piece, more of it may wait inside the inflater."""
    size = PIECE_BYTES
    while chunk or size == PIECE_BYTES:
        try:
            piece = inflater.decompress(chunk, PIECE_BYTES)
        except zlib.error as error:
            raise inflation_failed(error, name) from error
        chunk, size = inflater.unconsumed_tail, len(piece)
        if piece:
            yield piece


def checked_pieces(pieces: Iterable[bytes], size: int, crc: int, name: str) -> Iterator[bytes]:
    """The pieces, checked against what their entry declares; stops before there are too many bytes.

    Raises ArchiveRefused (`invalid_zip`), after the last piece if bytes are missing or altered.
    """
    found = checksum = 0
    for piece in pieces:
        found += len(piece)
        if found > size:
            raise oversized(size, name)
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if found != size:
        raise undersized(found, size, name)
    if checksum != crc:
        raise wrong_checksum(name)
