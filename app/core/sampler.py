"""A thread that reads something every few seconds, so that no scrape has to wait for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

import structlog

T = TypeVar("T")

INTERVAL_SECONDS: Final = 5.0
"""The interval at which Prometheus scrapes the service."""

_STOP_SECONDS: Final = 1.0
"""A hanging disk blocks the thread, and must not block the end of the service too."""

log = structlog.get_logger()


@contextmanager
def repeatedly(
    name: str, call: Callable[[], object], interval: float = INTERVAL_SECONDS
) -> Iterator[None]:
    """Call at once and then at each interval, in a thread, for as long as the block lasts.

    What it raises is logged with the name, and does not keep it from being called again.
    """
    over = threading.Event()

    def run() -> None:
        while True:
            try:
                call()
            except Exception:  # nobody else would see it
                log.exception("sampling_failed", sampler=name)
            if over.wait(interval):
                return

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_STOP_SECONDS)


class Sampler(Generic[T]):
    """Keeps what `read` returned last; None before the first time."""

    def __init__(
        self, name: str, read: Callable[[], T], interval: float = INTERVAL_SECONDS
    ) -> None:
        self._name = name
        self._read = read
        self._interval = interval
        self._latest: T | None = None

    def latest(self) -> T | None:
        """What was read last; while running, it is no older than the interval."""
        return self._latest

    @contextmanager
    def running(self) -> Iterator[None]:
        """Read at once and then at each interval, for as long as the block lasts."""
        with repeatedly(self._name, self._sample, self._interval):
            yield

    def _sample(self) -> None:
        self._latest = self._read()
