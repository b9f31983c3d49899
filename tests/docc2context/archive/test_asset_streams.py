"""Bytes of an entry in pieces; how lying entries are met, `tests/docc2context/test_assets.py`."""

import io
import random
from collections.abc import Iterator

import pytest

from docc2context.archive.asset_streams import inflated_pieces
from docc2context.archive.source import PIECE_BYTES, Source
from docc2context.errors import ArchiveRefused
from tests.hostile.rawzip import deflated


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


def test_a_range_is_read_in_pieces() -> None:
    data = random.Random(2).randbytes(2 * PIECE_BYTES + 5)
    pieces = list(Source(io.BytesIO(data)).pieces(len(data) - 3, 3))
    assert b"".join(pieces) == data[3:]
    assert list(map(len, pieces)) == [PIECE_BYTES, PIECE_BYTES, 2]
