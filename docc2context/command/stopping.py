"""Signals that ask a program to end: it ends by an exception, so that all is cleaned up."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Stopped(BaseException):
    """A signal has arrived; `code` is the exit code that shells give it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.code = 128 + number
        self.left = ""
        self._name = signal.Signals(number).name

    def __str__(self) -> str:
        return f"stopped by {self._name}; {self.left}" if self.left else f"stopped by {self._name}"


@contextmanager
def leaving(what: str) -> Iterator[None]:
    """Have a stop say what it leaves behind, unless something inside has said so."""
    try:
        yield
    except Stopped as stop:
        stop.left = stop.left or what
        raise


def raise_stops() -> None:
    """Raise Stopped, in the main thread, at the first signal; ignored signals stay ignored."""
    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def ignore_stops() -> None:
    """Ignore further signals, so that cleaning up and ending can finish."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def _stop(number: int, _frame: FrameType | None) -> None:
    ignore_stops()
    # A file that was being closed is closed again by its finalizer; Python 3.13 reports the error.
    sys.unraisablehook = _say_nothing
    raise Stopped(number)


def _say_nothing(_unraisable: object) -> None:
    """What goes wrong while the program is ending already is no news."""
