"""Open files as arguments for a child.

Separate from the launcher, because the child imports this module to unpack what it is sent.
"""

import os
from collections.abc import Callable
from io import FileIO
from multiprocessing.reduction import DupFd
from typing import BinaryIO, Protocol


class SentFile:
    """Stands for `file` among a process's arguments; the child gets a descriptor of its own."""

    def __init__(self, file: FileIO) -> None:
        self._file = file

    def __reduce__(self) -> "tuple[Callable[[_Duplicate], int], tuple[_Duplicate]]":
        """Duplicate the descriptor when the process is started, which is when this is pickled."""
        return _detach, (DupFd(self._file.fileno()),)


def opened(descriptor: int) -> BinaryIO:
    """A file that the child was sent, to be read from its beginning.

    The parent, which shares the offset, has left it at the end.
    """
    os.lseek(descriptor, 0, os.SEEK_SET)
    return open(descriptor, "rb")


class _Duplicate(Protocol):
    def detach(self) -> int: ...


def _detach(duplicate: _Duplicate) -> int:
    return duplicate.detach()
