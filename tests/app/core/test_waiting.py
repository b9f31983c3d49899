"""Waiting for what has to end, while somebody cancels."""

import asyncio
import selectors
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest

from app.api.cancel_on_hangup import unless_hung_up
from app.core.threads import in_thread
from app.core.waiting import until_done
from tests.app.api.test_cancel_on_hangup import request_of


class Dozing(selectors.DefaultSelector):
    """Notices when the loop has nothing to do but to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.asleep = threading.Event()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            self.asleep.set()
        return super().select(timeout)


async def waits_asleep(selector: Dozing, scope: anyio.CancelScope) -> bool:
    """Whether the loop sleeps, in the end, after the scope has been cancelled."""
    loop, cancelled = asyncio.get_running_loop(), threading.Event()

    def cancel() -> None:
        scope.cancel()
        selector.asleep.clear()
        cancelled.set()

    def slept() -> bool:
        loop.call_soon_threadsafe(cancel)
        return cancelled.wait(5) and selector.asleep.wait(2)

    return await loop.run_in_executor(None, slept)


def run(scenario: Callable[[Dozing], Coroutine[Any, Any, None]]) -> None:
    selector = Dozing()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        runner.run(scenario(selector))


def test_the_loop_sleeps_while_work_ends_whose_scope_is_cancelled() -> None:
    async def scenario(selector: Dozing) -> None:
        with anyio.CancelScope() as scope:
            work = asyncio.create_task(waits_asleep(selector, scope))
            await until_done(work)
            pytest.fail("the cancellation has been forgotten")
        assert scope.cancelled_caught
        assert work.result()

    run(scenario)


def test_the_loop_sleeps_while_a_thread_ends_whose_scope_is_cancelled() -> None:
    async def scenario(selector: Dozing) -> None:
        loop = asyncio.get_running_loop()
        results: list[bool] = []

        def work() -> None:
            results.append(
                asyncio.run_coroutine_threadsafe(waits_asleep(selector, scope), loop).result(5)
            )

        with anyio.CancelScope() as scope:
            await in_thread(work)
            pytest.fail("the cancellation has been forgotten")
        assert results == [True]

    run(scenario)


def test_the_loop_sleeps_while_work_cleans_up_whose_caller_is_cancelled() -> None:
    async def scenario(selector: Dozing) -> None:
        results: list[bool] = []

        async def work() -> None:
            try:
                scope.cancel()
                await asyncio.sleep(60)
            finally:
                results.append(await waits_asleep(selector, scope))

        with anyio.CancelScope() as scope:
            await unless_hung_up(request_of(asyncio.Event()), work())
        assert results == [True]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(scenario)


def test_all_has_ended_when_the_cancellation_comes_through() -> None:
    async def scenario() -> None:
        go_on = [asyncio.Event(), asyncio.Event()]
        work = [asyncio.create_task(one.wait()) for one in go_on]
        caller = asyncio.create_task(until_done(*work))
        for one in go_on:
            await asyncio.sleep(0)
            caller.cancel()
            await asyncio.sleep(0)
            assert not caller.done()
            one.set()
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert [one.done() for one in work] == [True, True]

    asyncio.run(scenario())
