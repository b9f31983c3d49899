"""How late the loop is."""

import asyncio
import time
from itertools import pairwise

import pytest

from app.core.loop_lag import INTERVAL_SECONDS, measuring_lag


def test_all_intervals_of_a_stall_are_told_of() -> None:
    lags: list[float] = []

    async def scenario() -> None:
        seen = asyncio.Event()

        def observe(lag: float) -> None:
            lags.append(lag)
            seen.set()

        async with measuring_lag(observe):
            await asyncio.sleep(0)
            time.sleep(4.5 * INTERVAL_SECONDS)  # noqa: ASYNC251  # what must not happen
            await asyncio.wait_for(seen.wait(), 10)

    asyncio.run(scenario())

    assert lags[0] >= 3.4 * INTERVAL_SECONDS
    assert len(lags) >= 4
    steps = [longer - shorter for longer, shorter in pairwise(lags)]
    assert steps == pytest.approx([INTERVAL_SECONDS] * len(steps))


def test_nothing_is_measured_afterwards() -> None:
    async def scenario() -> int:
        async with measuring_lag(lambda _: None):
            pass
        return len(asyncio.all_tasks())

    assert asyncio.run(scenario()) == 1
