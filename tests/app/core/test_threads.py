"""Work in threads, cancelled and not."""

import asyncio
import gc
import threading

import pytest
import structlog

from app.core.threads import in_thread, started_pool


def test_the_result_comes_back() -> None:
    assert asyncio.run(in_thread(divmod, 7, 2)) == (3, 1)


def test_what_is_logged_there_is_of_the_same_request() -> None:
    async def scenario() -> dict[str, object]:
        with structlog.contextvars.bound_contextvars(request_id="r1"):
            return await in_thread(structlog.contextvars.get_contextvars)

    assert asyncio.run(scenario()) == {"request_id": "r1"}


def test_it_is_done_in_the_given_pool() -> None:
    with started_pool(1) as pool:
        thread = asyncio.run(in_thread(threading.current_thread, pool=pool))

    assert thread.name.startswith("worker")


def test_an_error_comes_back() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_thread(divmod, 7, 0))


async def some_turns() -> None:
    """Let the loop turn as often as a cancellation needs to end a task that does not hold out."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_cancelled_caller_waits_for_the_end() -> None:
    go_on, ended = threading.Event(), threading.Event()

    async def scenario() -> None:
        loop, begun = asyncio.get_running_loop(), asyncio.Event()

        def work() -> None:
            loop.call_soon_threadsafe(begun.set)
            go_on.wait(5)
            ended.set()

        caller = asyncio.create_task(in_thread(work))
        await begun.wait()
        caller.cancel()
        await some_turns()
        caller.cancel()  # again, as a scope of anyio does on each turn of the loop
        await some_turns()
        assert not caller.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert ended.is_set()

    asyncio.run(scenario())


def test_an_error_whose_caller_was_cancelled_is_not_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    go_on = threading.Event()

    async def scenario() -> None:
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work() -> None:
            loop.call_soon_threadsafe(begun.set)
            go_on.wait(5)
            raise OSError

        caller = asyncio.create_task(in_thread(work))
        await begun.wait()
        caller.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await caller

    asyncio.run(scenario())
    gc.collect()
    assert not caplog.records


def refuse(_thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_a_started_pool_needs_no_thread_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(4)
    with started_pool(4) as pool:
        monkeypatch.setattr(threading.Thread, "start", refuse)
        waiting = [pool.submit(together.wait, 10) for _ in range(8)]
        assert sorted(one.result(10) for one in waiting) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_a_pool_that_cannot_start_leaves_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def start_two(thread: threading.Thread) -> None:
        if len(started) == 2:
            refuse(thread)
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_two)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        started_pool(4)

    for thread in started:
        thread.join(10)
        assert not thread.is_alive()
