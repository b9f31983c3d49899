"""Bytes of a file by their offset, each range in one read or in pieces."""

import io
import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

PIECE_BYTES = 1 << 20
"""What is held at once of an entry that may be larger than memory."""


class Source:
    """A seekable binary file: its size in bytes, and `read(length, offset)`.

    `read` gives fewer bytes than asked for only where the file ends. It raises OSError, which names
    the archive as what cannot be read. No memory map: if a mapped file were cut short, the process
    would die of SIGBUS.
    """

    __slots__ = ("_read_at", "size")

    def __init__(self, file: BinaryIO) -> None:
        self.size = file.seek(0, os.SEEK_END)  # which flushes what was written
        self._read_at: Callable[[int, int], bytes] = _reader(file)

    def read(self, length: int, offset: int) -> bytes:
        """The bytes of a range."""
        try:
            return self._read_at(length, offset)
        except OSError as error:
            why = f"the archive cannot be read: {error.strerror or error}"
            raise OSError(error.errno, why) from error

    def pieces(self, length: int, offset: int) -> Iterator[bytes]:
        """The bytes of a range, `PIECE_BYTES` at a time; fewer only where range or file end."""
        end = offset + length
        for start in range(offset, end, PIECE_BYTES):
            yield self.read(min(PIECE_BYTES, end - start), start)


def _reader(file: BinaryIO) -> Callable[[int, int], bytes]:
    raw = file.raw if isinstance(file, io.BufferedReader | io.BufferedRandom) else file
    # Only these: the descriptor of a GzipFile, say, gives other bytes than its `read`.
    if isinstance(raw, io.FileIO) and hasattr(os, "pread"):
        return partial(os.pread, raw.fileno())

    def seek_and_read(length: int, offset: int) -> bytes:
        file.seek(offset)
        return file.read(length)

    return seek_and_read
