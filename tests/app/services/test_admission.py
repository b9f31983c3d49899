"""Slots, queue and wait."""

import asyncio
import socket
import time
from contextlib import AsyncExitStack

import pytest

from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.services.admission import Admission
from tests.app.scrapes import parsed


async def occupied(admission: Admission, slots: int) -> AsyncExitStack:
    stack = AsyncExitStack()
    for _ in range(slots):
        await stack.enter_async_context(admission.slot())
    return stack


async def is_free(admission: Admission) -> bool:
    try:
        async with admission.slot():
            return True
    except ServiceError:
        return False


def test_as_many_are_inside_at_once_as_there_are_slots() -> None:
    async def scenario() -> int:
        admission = Admission(slots=2, queue=10, wait_seconds=5, metrics=Metrics())
        inside = most = 0

        async def one() -> None:
            nonlocal inside, most
            async with admission.slot():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(one() for _ in range(8)))
        return most

    assert asyncio.run(scenario()) == 2


def test_a_late_event_loop_gives_a_slot_that_became_free_in_time() -> None:
    async def scenario() -> bool:
        admission = Admission(slots=1, queue=1, wait_seconds=0.05, metrics=Metrics())
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)
            async with admission.slot():
                waiting = asyncio.create_task(is_free(admission))
                reading = asyncio.create_task(reader.read())
                await asyncio.sleep(0)
                theirs.close()
                time.sleep(0.2)  # noqa: ASYNC251  # holds up the loop: it is what is tested
                await reading
            writer.close()
            return await waiting

    assert asyncio.run(scenario())


def test_with_slots_and_queue_full_the_answer_is_busy_at_once() -> None:
    async def scenario() -> ServiceError:
        admission = Admission(slots=1, queue=0, wait_seconds=60, metrics=Metrics())
        async with admission.slot():
            with pytest.raises(ServiceError) as caught:
                await asyncio.wait_for(is_inside(admission), 1)
        return caught.value

    error = asyncio.run(scenario())
    assert (error.code, error.retry_after) == (ErrorCode.BUSY, 60)


async def is_inside(admission: Admission) -> None:
    async with admission.slot():
        pass


@pytest.mark.parametrize(("wait_seconds", "told"), [(0.01, "0.01"), (0.0, "0")])
def test_waiting_too_long_for_a_slot_is_busy(wait_seconds: float, told: str) -> None:
    async def scenario() -> ServiceError:
        admission = Admission(slots=1, queue=1, wait_seconds=wait_seconds, metrics=Metrics())
        async with admission.slot():
            with pytest.raises(ServiceError) as caught:
                await is_inside(admission)
        assert await is_free(admission)
        return caught.value

    error = asyncio.run(scenario())
    assert (error.code, error.retry_after) == (ErrorCode.BUSY, 1)
    assert error.detail == f"All conversion slots are taken, and none became free within {told} s."


@pytest.mark.parametrize(("wait_seconds", "retry_after"), [(0, 1), (1, 1), (1.5, 2)])
def test_retry_after_is_at_least_one_whole_second(wait_seconds: float, retry_after: int) -> None:
    async def scenario() -> ServiceError:
        admission = Admission(slots=1, queue=0, wait_seconds=wait_seconds, metrics=Metrics())
        async with admission.slot():
            with pytest.raises(ServiceError) as caught:
                await is_inside(admission)
        return caught.value

    assert asyncio.run(scenario()).retry_after == retry_after


def test_waiting_is_in_order_of_arrival() -> None:
    async def scenario() -> list[int]:
        admission = Admission(slots=1, queue=10, wait_seconds=5, metrics=Metrics())
        order = []

        async def one(number: int) -> None:
            async with admission.slot():
                order.append(number)

        async with admission.slot():
            waiting = [asyncio.create_task(one(number)) for number in range(5)]
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        return order

    assert asyncio.run(scenario()) == [0, 1, 2, 3, 4]


def test_an_error_inside_gives_the_slot_back() -> None:
    async def scenario() -> bool:
        admission = Admission(slots=1, queue=0, wait_seconds=1, metrics=Metrics())
        with pytest.raises(ZeroDivisionError):
            async with admission.slot():
                raise ZeroDivisionError
        return await is_free(admission)

    assert asyncio.run(scenario())


@pytest.mark.parametrize("steps", range(6))
def test_a_cancellation_at_any_step_gives_slot_and_place_back(steps: int) -> None:
    async def scenario() -> None:
        admission = Admission(slots=1, queue=1, wait_seconds=5, metrics=Metrics())
        held = await occupied(admission, 1)
        waiting = asyncio.create_task(is_inside(admission))
        for step in range(steps):
            await asyncio.sleep(0)
            if step == 2:
                await held.aclose()
        waiting.cancel()
        await asyncio.wait((waiting,))
        await held.aclose()

        async with admission.slot():
            # The queue has room again for exactly one.
            queued = asyncio.create_task(is_inside(admission))
            await asyncio.sleep(0)
            assert not await is_free(admission)
            assert not queued.done()
        await queued

    asyncio.run(scenario())


def test_the_queue_length_counts_those_that_wait() -> None:
    metrics = Metrics()
    admission = Admission(slots=2, queue=5, wait_seconds=60, metrics=metrics)

    def told() -> tuple[float, float]:
        series = parsed(metrics.render("")[0].decode())
        return series["conversion_slots"], series["conversion_queue_length"]

    async def scenario() -> list[tuple[float, float]]:
        async with await occupied(admission, 2):
            seen = [told()]
            waiting = [asyncio.create_task(is_free(admission)) for _ in range(3)]
            await asyncio.sleep(0)
            seen.append(told())
            waiting.pop().cancel()
            await asyncio.sleep(0)
            seen.append(told())
        await asyncio.gather(*waiting)
        return [*seen, told()]

    assert asyncio.run(scenario()) == [(2, 0), (2, 3), (2, 2), (2, 0)]
