"""A thread that reads something every few seconds, so that no scrape has to wait for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

import structlog

T = TypeVar("T")

INTERVAL_SECONDS: Final = 5.0
"""As often as Prometheus scrapes the service."""


_STOP_SECONDS: Final = 1.0
"""A disk that hangs holds the thread, and is not to hold the end of the service too."""

log = structlog.get_logger()


@contextmanager
def repeatedly(call: Callable[[], object], interval: float = INTERVAL_SECONDS) -> Iterator[None]:
    """Call at once and then at each interval, in a thread, for as long as the block takes.

    What it raises is logged, and does not keep it from being called again.
    """
    over = threading.Event()

    def run() -> None:
        while True:
            try:
                call()
            except Exception:  # nobody else would be told
                log.exception("sampling_failed")
            if over.wait(interval):
                return

    thread = threading.Thread(target=run, name="sampler", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_STOP_SECONDS)


class Sampler(Generic[T]):
    """Keeps what `read` has returned last; None before it is running."""

    def __init__(self, read: Callable[[], T], interval: float = INTERVAL_SECONDS) -> None:
        self._read = read
        self._interval = interval
        self._latest: T | None = None

    def latest(self) -> T | None:
        """What was read last, not older than the interval while it is running."""
        return self._latest

    @contextmanager
    def running(self) -> Iterator[None]:
        """Read at once and then at each interval, for as long as the block takes."""
        with repeatedly(self._sample, self._interval):
            yield

    def _sample(self) -> None:
        self._latest = self._read()
