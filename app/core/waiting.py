"""Uninterruptible waiting, and work that runs beside a block."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import anyio
import structlog
from anyio.lowlevel import checkpoint_if_cancelled

log = structlog.get_logger()


async def ended(*work: asyncio.Future[Any]) -> None:
    """Return once all of it has ended, however often the caller is cancelled meanwhile.

    Raises CancelledError, but not before.
    """
    cancelled: asyncio.CancelledError | None = None
    # An anyio scope cancels again on each turn of the loop, unless shielded.
    with anyio.CancelScope(shield=True):
        while not all(one.done() for one in work):
            try:
                await asyncio.wait(work)
            except asyncio.CancelledError as error:
                cancelled = error
    if cancelled is not None:
        raise cancelled
    await checkpoint_if_cancelled()


@asynccontextmanager
async def beside(name: str, work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run work that never ends by itself for as long as the block lasts.

    If it ends earlier, that is logged with its name: nobody asks for its result.
    """
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_tell_unless_cancelled)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _tell_unless_cancelled(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        log.error("background_task_ended", task=task.get_name(), exc_info=task.exception())
