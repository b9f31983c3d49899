"""Deadlines that pass while the event loop cannot look."""

import asyncio
import socket
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop

from app.core.deadline import TURNS, Deadline, in_time

SECONDS = 0.05
LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]


def run(scenario: Coroutine[Any, Any, None], loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scenario)


@pytest.mark.parametrize("loop", LOOPS)
def test_what_came_in_time_is_read_even_if_the_loop_is_late(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def scenario() -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)
            async with in_time(SECONDS):
                read = asyncio.create_task(reader.readexactly(3))
                await asyncio.sleep(0)
                theirs.sendall(b"yes")
                time.sleep(4 * SECONDS)  # noqa: ASYNC251  # holds up the loop: it is what is tested
                assert await read == b"yes"
            writer.close()

    run(scenario(), loop)


@pytest.mark.parametrize(("late", "longer"), [(4, 4), (20, 10)])
def test_the_time_is_longer_by_as_much_as_the_loop_is_late(late: int, longer: int) -> None:
    async def scenario() -> float:
        over = asyncio.Event()
        Deadline(asyncio.get_running_loop(), 10 * SECONDS, over.set)
        time.sleep((10 + late) * SECONDS)  # noqa: ASYNC251  # holds up the loop
        began = time.monotonic()
        await over.wait()
        return (time.monotonic() - began) / SECONDS

    assert longer <= asyncio.run(scenario()) < longer + 4


@pytest.mark.parametrize("loop", LOOPS)
def test_when_the_time_is_over_it_is_over(
    loop: Callable[[], asyncio.AbstractEventLoop], caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            async with in_time(SECONDS):
                await asyncio.sleep(60)
        assert SECONDS <= time.monotonic() - began < 10
        async with in_time(SECONDS):
            pass
        await asyncio.sleep(2 * SECONDS)  # nobody is cancelled any more

    run(scenario(), loop)
    assert caplog.records == []


def test_a_deadline_can_be_cancelled_in_its_last_turns() -> None:
    async def scenario() -> None:
        called: list[bool] = []
        for turns in range(TURNS):
            deadline = Deadline(asyncio.get_running_loop(), 0, lambda: called.append(True))
            for _ in range(turns):
                await asyncio.sleep(0)
            deadline.cancel()
        for _ in range(50):
            await asyncio.sleep(0)
        assert called == []

    asyncio.run(scenario())
