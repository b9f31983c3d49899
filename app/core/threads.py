"""Blocking work off the event loop, in a thread that its caller never abandons."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from app.core.waiting import until_done

T = TypeVar("T")


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
