"""Deadlines that blame a late event loop for being late, and not whom it waits for.

A process that is suspended for a while, or has a loop that was held up, finds its timers due before
it has read what arrived in time: uvloop looks at timers first. Uploads that went on would be told
that they had stalled, and a store that answered would count as gone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

TURNS: Final = 20
"""The loop's turns that a deadline waits at its end. In the first it reads what has arrived, and
what that wakes needs a few more; a turn of an idle loop takes microseconds."""


class Deadline:
    """Calls back when a time is over and the loop has read what arrived within it.

    If the loop is late to notice the end, the time is longer by as much, at most doubled.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, seconds: float, callback: Callable[[], object]
    ) -> None:
        self._loop = loop
        self._seconds = seconds
        self._callback = callback
        self._due = loop.time() + seconds
        self._next: asyncio.Handle = loop.call_at(self._due, self._add_what_is_late)

    def cancel(self) -> None:
        """Do not call back."""
        self._next.cancel()

    def _add_what_is_late(self) -> None:
        late = min(self._loop.time() - self._due, self._seconds)
        self._next = self._loop.call_later(late, self._wait_for_turns, TURNS)

    def _wait_for_turns(self, left: int) -> None:
        if left:
            self._next = self._loop.call_soon(self._wait_for_turns, left - 1)
        else:
            self._callback()


@asynccontextmanager
async def in_time(seconds: float) -> AsyncIterator[None]:
    """As `asyncio.timeout`, with a `Deadline`. Raises TimeoutError."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as timeout:
        deadline = Deadline(loop, seconds, lambda: timeout.reschedule(loop.time()))
        try:
            yield
        finally:
            deadline.cancel()
