"""Waiting for what happens elsewhere, for a limited time, and only until the drill is given up."""

import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

POLL_SECONDS: Final = 0.05
"""How late something may be noticed; polling so often takes a fiftieth of a CPU per stack."""


class Interrupted(Exception):
    """The drill must end: everything is undone on the way out."""


class Patience:
    """The waits of a drill, all of which end when it is interrupted."""

    def __init__(self) -> None:
        self._over = threading.Event()

    def end(self) -> None:
        """Make all waits, present and future, raise Interrupted."""
        self._over.set()

    def until(self, look: Callable[[], T | None], seconds: float, what: str) -> T:
        """What `look` returns once it is neither None nor False.

        Raises TimeoutError, which says what did not happen, and Interrupted.
        """
        end = time.monotonic() + seconds
        while True:
            found = look()
            if found is not None and found is not False:
                return found
            if time.monotonic() > end:
                raise TimeoutError(f"not within {seconds:.1f} s: {what}")
            if self._over.wait(POLL_SECONDS):
                raise Interrupted


def retried(call: Callable[[], T], *failures: type[Exception], seconds: float) -> T:
    """What `call` returns; retried while it raises one of the failures, for some seconds at most.

    For undoing what a fault has done: a process that has just ended may still hold, for a moment,
    what is to be removed. Unlike the waits of `Patience`, it goes on if the drill is interrupted.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            return call()
        except failures:
            if time.monotonic() > end:
                raise
            time.sleep(POLL_SECONDS)
