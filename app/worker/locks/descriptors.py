"""The child's open files: what it was given, and nothing that the forkserver passed on."""

import os
from collections.abc import Collection
from itertools import pairwise
from typing import Final

_STANDARD: Final = (0, 1, 2)

_END: Final = 65_536
"""Descriptors are given out lowest first, so none of a child's comes near. Not the process's limit:
that can be a thousand million, and before Linux 5.9, without close_range(2), each is a call."""


def close_all_but(kept: Collection[int]) -> None:
    """Close every other descriptor; the standard ones lead nowhere from now on.

    This also closes the service's log, and the write end of the pipe that tells the forkserver,
    by its end, that the service has died.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in _STANDARD:
        os.dup2(nowhere, standard)
    for below, above in pairwise(sorted({_STANDARD[-1], *kept, _END})):
        os.closerange(below + 1, above)
