"""How late the event loop is: for so long it served nobody."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from app.core.waiting import beside

INTERVAL_SECONDS: Final = 0.25
"""A stall shows shorter by at most this; asking four times a second costs 0.01 % of a CPU."""


@asynccontextmanager
async def measured_lag(observe: Callable[[float], None]) -> AsyncIterator[None]:
    """Tell `observe`, for each interval, how many seconds late its end was noticed.

    All the intervals that a stall swallows are told of, each with its own lateness, as whoever had
    come in one of them would have waited: one sample a stall would hide the long ones among the
    many of the time between them (coordinated omission).
    """
    async with beside("loop_lag", _measure(observe)):
        yield


async def _measure(observe: Callable[[float], None]) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time() + INTERVAL_SECONDS
    while True:
        await asyncio.sleep(due - loop.time())
        now = loop.time()
        while due <= now:
            observe(now - due)
            due += INTERVAL_SECONDS
