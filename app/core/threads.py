"""Blocking work off the event loop, in a thread that its caller never abandons."""

import asyncio
import contextvars
import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Final, TypeVar

from app.core.waiting import until_done

T = TypeVar("T")

THREADS: Final = min(32, (os.cpu_count() or 1) + 4)
"""As many as asyncio's own pool may have."""


async def in_thread(function: Callable[..., T], *args: object, pool: Executor | None = None) -> T:
    """Return `function(*args)`; a cancelled caller still waits until it has ended.

    The files and processes that the function works on are closed when its caller goes. If it were
    still running then, it could write to a descriptor that already means something else.
    """
    run = contextvars.copy_context().run  # so that its log lines belong to the same request
    work = asyncio.get_running_loop().run_in_executor(pool, run, function, *args)
    try:
        await until_done(work)
    except asyncio.CancelledError:
        work.exception()  # nobody else will retrieve it
        raise
    return work.result()


def started_pool(threads: int) -> ThreadPoolExecutor:
    """A pool whose threads have all been started.

    A pool that starts them on demand fails its caller if the system has none to spare then, and
    still does the work later, when nobody waits for it.

    Raises RuntimeError if the system has too few now.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="worker")
    everyone = threading.Barrier(threads + 1)
    try:
        for _ in range(threads):
            pool.submit(everyone.wait)  # keeps its thread busy, so that the next needs another
    except RuntimeError:
        everyone.abort()
        pool.shutdown(wait=False)
        raise
    everyone.wait()
    return pool
