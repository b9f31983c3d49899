"""Open files as arguments for a child.

Separate from the launcher, because the child imports this module to unpack what it is sent.
"""

from collections.abc import Callable
from io import FileIO
from multiprocessing.reduction import DupFd
from typing import Protocol


class SentFile:
    """Stands for `file` among a process's arguments; the child gets a descriptor of its own."""

    def __init__(self, file: FileIO) -> None:
        self._file = file

    def __reduce__(self) -> "tuple[Callable[[_Duplicate], int], tuple[_Duplicate]]":
        """Duplicate the descriptor when the process is started, which is when this is pickled."""
        return _detach, (DupFd(self._file.fileno()),)


class _Duplicate(Protocol):
    def detach(self) -> int: ...


def _detach(duplicate: _Duplicate) -> int:
    return duplicate.detach()
