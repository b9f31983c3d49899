"""Waiting that no cancellation cuts short."""

import asyncio
from typing import Any

import anyio
from anyio.lowlevel import checkpoint_if_cancelled


async def until_done(*work: asyncio.Future[Any]) -> None:
    """Return once all of it is done, however often the caller is cancelled meanwhile.

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
