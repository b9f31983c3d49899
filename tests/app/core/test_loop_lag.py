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
    assert 0 <= lags[-1] < INTERVAL_SECONDS


def test_what_an_interval_was_late_does_not_make_the_next_one_late() -> None:
    lags: list[float] = []
    work = 0.6 * INTERVAL_SECONDS

    async def scenario() -> None:
        enough = asyncio.Event()

        def observe(lag: float) -> None:
            lags.append(lag)
            time.sleep(work)  # of the loop, after each interval
            if len(lags) == 3:
                enough.set()

        async with measuring_lag(observe):
            await asyncio.wait_for(enough.wait(), 10)

    asyncio.run(scenario())

    assert min(lags[1:3]) < work


def test_nothing_is_measured_afterwards() -> None:
    async def scenario() -> int:
        async with measuring_lag(lambda _: None):
            pass
        return len(asyncio.all_tasks())

    assert asyncio.run(scenario()) == 1
