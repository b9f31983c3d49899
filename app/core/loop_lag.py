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
    """Tell `observe`, at each interval, by how many seconds a timer came late."""
    async with beside("loop_lag", _measure(observe)):
        yield


async def _measure(observe: Callable[[float], None]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + INTERVAL_SECONDS
        await asyncio.sleep(INTERVAL_SECONDS)
        observe(max(0.0, loop.time() - due))
