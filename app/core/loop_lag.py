"""How late the event loop is: for that long it served nobody."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from app.core.background import background_task

INTERVAL_SECONDS: Final = 0.25
"""A stall appears shorter by at most this; four checks per second cost 0.01 % of a CPU."""


@asynccontextmanager
async def measuring_lag(observe: Callable[[float], None]) -> AsyncIterator[None]:
    """Call `observe` for each interval with the seconds by which its end was noticed late.

    Every interval that a stall swallows is reported, each with its own lateness, because anyone
    arriving in it would have waited: with one sample per stall, long ones would be lost among the
    many samples taken between stalls (coordinated omission).
    """
    async with background_task("loop_lag", _measure(observe)):
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
