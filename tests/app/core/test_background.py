"""Work beside a block."""

import asyncio

import pytest
from structlog.testing import capture_logs

from app.core.background import background_task


def test_a_background_task_ends_with_its_block(caplog: pytest.LogCaptureFixture) -> None:
    ends: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("work")

    async def scenario() -> None:
        with pytest.raises(ZeroDivisionError):
            async with background_task("work", work()):
                await asyncio.sleep(0)
                ends.append("block")
                raise ZeroDivisionError
        ends.append("all")
        await asyncio.sleep(0)  # what is called back has been

    with capture_logs() as lines:
        asyncio.run(scenario())

    assert (ends, lines, caplog.records) == (["block", "work", "all"], [], [])


def test_a_background_task_that_ends_by_itself_is_logged() -> None:
    failure = ZeroDivisionError()

    async def fails() -> None:
        raise failure

    async def returns() -> None:
        pass

    async def scenario() -> None:
        async with background_task("fails", fails()), background_task("returns", returns()):
            await asyncio.sleep(0)

    with capture_logs() as lines:
        asyncio.run(scenario())

    ends = [(line["event"], line["task"], line["exc_info"]) for line in lines]
    event = "background_task_ended"
    assert ends == [(event, "fails", failure), (event, "returns", None)]
