"""Work for clients that stay, and for those that go."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from app.api.cancel_on_hangup import unless_hung_up


def request_of(gone: asyncio.Event) -> Request:
    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http"}, receive)


async def answer() -> int:
    await asyncio.sleep(0)
    return 42


def test_the_work_of_a_client_that_stays_is_returned() -> None:
    async def scenario() -> int:
        return await unless_hung_up(request_of(asyncio.Event()), answer())

    assert asyncio.run(scenario()) == 42


def test_an_error_of_the_work_is_raised() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def scenario() -> None:
        await unless_hung_up(request_of(asyncio.Event()), fail())

    with pytest.raises(ZeroDivisionError):
        asyncio.run(scenario())


@pytest.mark.parametrize("cancelled", [False, True])
def test_cancelled_work_has_cleaned_up_before_the_caller_goes_on(*, cancelled: bool) -> None:
    async def scenario() -> None:
        cleaned, gone = False, asyncio.Event()

        async def work() -> None:
            nonlocal cleaned
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.01)
                cleaned = True

        caller = asyncio.create_task(unless_hung_up(request_of(gone), work()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if cancelled:
            caller.cancel()
            await asyncio.sleep(0)
            caller.cancel()  # in the middle of cleaning up
        else:
            gone.set()
        with pytest.raises(asyncio.CancelledError if cancelled else ClientDisconnect):
            await caller
        assert cleaned
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())


def test_work_that_is_done_when_the_client_goes_counts() -> None:
    async def scenario() -> int:
        gone = asyncio.Event()
        gone.set()

        async def at_once() -> int:
            return 42

        return await unless_hung_up(request_of(gone), at_once())

    assert asyncio.run(scenario()) == 42
