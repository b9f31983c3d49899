"""How late the loop is."""

import asyncio
import time

from app.core.loop_lag import INTERVAL_SECONDS, measured_lag


def test_a_stall_is_seen_but_for_an_interval() -> None:
    lags: list[float] = []

    async def scenario() -> None:
        seen = asyncio.Event()

        def observe(lag: float) -> None:
            lags.append(lag)
            seen.set()

        async with measured_lag(observe):
            await asyncio.sleep(0)
            time.sleep(2 * INTERVAL_SECONDS)  # noqa: ASYNC251  # what must not happen
            await asyncio.wait_for(seen.wait(), 10)

    asyncio.run(scenario())

    assert lags[0] >= 0.9 * INTERVAL_SECONDS


def test_nothing_is_measured_afterwards() -> None:
    async def scenario() -> int:
        async with measured_lag(lambda _: None):
            pass
        return len(asyncio.all_tasks())

    assert asyncio.run(scenario()) == 1
