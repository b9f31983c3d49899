import io
import random

from docc2context.archive.source import PIECE_BYTES, Source


def test_a_range_is_read_in_pieces() -> None:
    data = random.Random(2).randbytes(2 * PIECE_BYTES + 5)
    pieces = list(Source(io.BytesIO(data)).pieces(len(data) - 3, 3))
    assert b"".join(pieces) == data[3:]
    assert list(map(len, pieces)) == [PIECE_BYTES, PIECE_BYTES, 2]
