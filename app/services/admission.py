"""Who may convert now, who waits, and who is told to come back."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.core.deadline import in_time
from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics


class Admission:
    """At most `slots` inside at once, at most `queue` waiting, none for over `wait_seconds`."""

    def __init__(self, *, slots: int, queue: int, wait_seconds: float, metrics: Metrics) -> None:
        self._free = asyncio.Semaphore(slots)
        self._queue = queue
        self._wait_seconds = wait_seconds
        self._waiting = 0
        self._queue_length = metrics.conversion_queue_length
        metrics.conversion_slots.set(slots)

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        return self._waiting

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold a slot, given in order of arrival and given back however the block ends.

        Raises ServiceError `busy`, with the seconds after which another try makes sense.
        """
        await self._enter()
        try:
            yield
        finally:
            self._free.release()

    async def _enter(self) -> None:
        if self._free.locked() and self._waiting >= self._queue:
            raise self._busy("and the queue is full")
        self._count_waiting(1)
        try:
            async with in_time(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise self._busy(f"and none became free within {self._wait_seconds:g} s") from None
        finally:
            self._count_waiting(-1)

    def _count_waiting(self, change: int) -> None:
        self._waiting += change
        self._queue_length.set(self._waiting)

    def _busy(self, why: str) -> ServiceError:
        return ServiceError(
            ErrorCode.BUSY,
            f"All conversion slots are taken, {why}.",
            retry_after=max(1, math.ceil(self._wait_seconds)),
        )
