"""Work that runs beside a block."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

log = structlog.get_logger()


@asynccontextmanager
async def background_task(name: str, work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run work that never ends by itself for as long as the block lasts.

    If it ends earlier, that is logged with its name: nobody asks for its result.
    """
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_log_unless_cancelled)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _log_unless_cancelled(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        log.error("background_task_ended", task=task.get_name(), exc_info=task.exception())
