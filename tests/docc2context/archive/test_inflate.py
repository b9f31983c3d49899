import io
import tracemalloc
import zlib

import pytest

from docc2context.archive.inflate import inflate
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


def test_all_pieces_together_give_no_more_than_is_declared() -> None:
    stream = megabyte_in_a_piece() * 20
    assert len(stream) == 20 * PIECE_BYTES
    assert peak_of_refused(stream, MEGABYTE + 100) < 6 * MEGABYTE
