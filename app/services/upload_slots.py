"""How many uploads arrive at once, and which gives way when one more begins."""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics

FAST_BYTES_PER_SECOND: Final = 64 * 1024
"""An upload this fast does not give way: refusing the new one wastes less."""

GRACE_SECONDS: Final = 2.0
"""How long an upload is not judged: its first byte takes a round trip, and TCP starts slowly.
Otherwise each new one would be the slowest, and give way to the next instead of the slow ones."""

MEMORY_SECONDS: Final = 10.0
"""Bytes that came this long ago count for 1/e of those that come now. By an average since its
beginning, an upload of 256 MiB at once and then a byte now and then would be fast for an hour."""

_RETRY_AFTER_SECONDS: Final = 10
"""By then some of the uploads are whole, or too slow by comparison."""


class UploadSlots:
    """At most `slots` at once, whoever sends them: each holds a connection, a file and memory.

    If all are taken, the slowest gives way. Otherwise a few clients that send a byte now and then
    would keep everybody else out for as long as they like.
    """

    def __init__(
        self, *, slots: int, metrics: Metrics, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._slots = slots
        self._clock = clock
        self._arriving: set[Arrival] = set()
        self._active = metrics.active_uploads

    @contextmanager
    def slot(self) -> Iterator["Arrival"]:
        """Hold a slot while the current task receives an upload, by way of `Arrival.counted`.

        Raises ServiceError `busy`: at the beginning if all uploads are fast or have just begun, or
        in the middle if this one has to give way.
        """
        if len(self._arriving) >= self._slots:
            self._make_room()
        arrival = Arrival(self._clock)
        self._arriving.add(arrival)
        self._update_gauge()
        try:
            yield arrival
        except asyncio.CancelledError:
            if arrival in self._arriving:
                raise
            arrival.task.uncancel()
            raise _busy("and this upload was the slowest of all") from None
        finally:
            self._arriving.discard(arrival)
            self._update_gauge()

    def _make_room(self) -> None:
        slowest = min(self._arriving, key=Arrival.pace)
        if slowest.pace() >= FAST_BYTES_PER_SECOND:
            raise _busy("and none of the uploads is slow")
        self._arriving.discard(slowest)
        slowest.task.cancel()

    def _update_gauge(self) -> None:
        self._active.set(len(self._arriving))


class Arrival:
    """One upload on its way."""

    def __init__(self, clock: Callable[[], float]) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # a coroutine runs in a task
        self.task: asyncio.Task[Any] = task
        self._clock = clock
        self._began = self._counted_at = clock()
        self._recent_bytes = 0.0

    async def counted(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """The same chunks, counted for `pace`."""
        async for chunk in chunks:
            self._forget()
            self._recent_bytes += len(chunk)
            yield chunk

    def pace(self) -> float:
        """Bytes per second of late; infinite in its first seconds."""
        age = self._clock() - self._began
        if age < GRACE_SECONDS:
            return math.inf
        self._forget()
        # What `_recent_bytes` would be by now for an upload of 1 byte a second.
        seconds = MEMORY_SECONDS * (1 - math.exp(-age / MEMORY_SECONDS))
        return self._recent_bytes / seconds

    def _forget(self) -> None:
        """Let what came before now fade (an exponentially weighted moving average)."""
        now = self._clock()
        self._recent_bytes *= math.exp((self._counted_at - now) / MEMORY_SECONDS)
        self._counted_at = now


def _busy(why: str) -> ServiceError:
    return ServiceError(
        ErrorCode.BUSY, f"All upload slots are taken {why}.", retry_after=_RETRY_AFTER_SECONDS
    )
