import io
import tracemalloc

import pytest

from docc2context.archive.inflate import _CHUNK, inflate
from docc2context.archive.source import Source
from docc2context.errors import ArchiveRefused
from tests.hostile.rawzip import deflated

EMPTY_BLOCK = b"\0\0\0\xff\xff"
ELEVEN_BYTES = b"\0\x0b\0\xf4\xff" + b"x" * 11


def test_no_chunk_is_inflated_behind_the_one_that_gave_too_much() -> None:
    first = EMPTY_BLOCK * ((_CHUNK - len(ELEVEN_BYTES)) // len(EMPTY_BLOCK)) + ELEVEN_BYTES
    assert len(first) == _CHUNK
    stream = first + deflated(bytes(50_000_000))
    source = Source(io.BytesIO(stream))
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveRefused, match="more than the 10 bytes that it declares"):
            inflate(source, 0, len(stream), 10, "data/a.json")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000
