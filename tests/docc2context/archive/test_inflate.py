"""Deflate streams; how lying entries are met, `tests/docc2context/test_assets.py`."""

import io
import random
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from docc2context.archive.inflate import inflate, inflated_pieces
from docc2context.archive.source import PIECE_BYTES, Source
from docc2context.errors import ArchiveRefused
from tests.hostile.rawzip import deflated

EMPTY_BLOCK = b"\0\0\0\xff\xff"
ELEVEN_BYTES = b"\0\x0b\0\xf4\xff" + b"x" * 11
MEGABYTE = 1_000_000


def padded(blocks: bytes) -> bytes:
    """As many blocks as fill a piece: `blocks`, up to four stored bytes, and empty ones."""
    count, over = divmod(PIECE_BYTES - len(blocks), len(EMPTY_BLOCK))
    stored = b"\0" + over.to_bytes(2, "little") + (over ^ 0xFFFF).to_bytes(2, "little")
    return blocks + stored + b"x" * over + EMPTY_BLOCK * (count - 1)


def megabyte_in_a_piece() -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return padded(compressor.compress(bytes(MEGABYTE)) + compressor.flush(zlib.Z_FULL_FLUSH))


def peak_of_refused(stream: bytes, declared: int) -> int:
    source = Source(io.BytesIO(stream))
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveRefused, match=f"more than the {declared} bytes"):
            inflate(source, 0, len(stream), declared, "data/a.json")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_no_piece_is_inflated_behind_the_one_that_gave_too_much() -> None:
    first = padded(ELEVEN_BYTES)
    assert len(first) == PIECE_BYTES
    assert peak_of_refused(first + deflated(bytes(50_000_000)), 10) < 5_000_000


@pytest.mark.parametrize("behind", [b"", bytes(PIECE_BYTES)], ids=["one piece", "two"])
def test_what_declares_no_bytes_is_not_inflated_either(behind: bytes) -> None:
    """To zlib, a bound of zero is none."""
    assert peak_of_refused(deflated(bytes(50_000_000)) + behind, 0) < 5_000_000


def test_all_pieces_together_give_no_more_than_is_declared() -> None:
    stream = megabyte_in_a_piece() * 20
    assert len(stream) == 20 * PIECE_BYTES
    assert peak_of_refused(stream, MEGABYTE + 100) < 6 * MEGABYTE


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("more", [*range(-2, 3), 100, *range(255, 262), 4 * PIECE_BYTES])
def test_all_is_given_where_a_piece_is_full_before_the_stream_ends(more: int) -> None:
    data = bytes(PIECE_BYTES + more)
    for size in (1, 7, 1 << 20):
        pieces = list(inflated_pieces(cut(deflated(data), size), "zeros"))
        assert b"".join(pieces) == data
        assert max(map(len, pieces)) <= PIECE_BYTES


def test_what_hardly_deflates_is_given_too() -> None:
    data = random.Random(1).randbytes(3 * PIECE_BYTES + 5)
    pieces = list(inflated_pieces(cut(deflated(data), PIECE_BYTES), "noise"))
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= PIECE_BYTES


def test_no_more_is_read_of_an_entry_whose_stream_has_ended_before_it() -> None:
    def compressed() -> Iterator[bytes]:
        yield deflated(b"content")
        yield b"more"
        pytest.fail("what follows would be kept in memory, however long it is")

    with pytest.raises(ArchiveRefused, match="data follows"):
        list(inflated_pieces(compressed(), "trailing"))


@pytest.mark.parametrize("size", [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_what_follows_a_stream_is_refused_after_full_pieces_too(size: int) -> None:
    found = bytearray()
    with pytest.raises(ArchiveRefused, match="data follows"):
        for piece in inflated_pieces([deflated(bytes(size)) + b"more"], "trailing"):
            found += piece
    assert found == bytes(size)
