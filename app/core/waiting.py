"""Waiting that nothing breaks off."""

import asyncio
from typing import Any

import anyio
from anyio.lowlevel import checkpoint_if_cancelled


async def ended(*work: asyncio.Future[Any]) -> None:
    """Return once all of it has ended, however often the caller is cancelled meanwhile.

    Raises CancelledError, but only then.
    """
    cancelled: asyncio.CancelledError | None = None
    # A scope of anyio cancels again on each turn of the loop, unless it is kept off.
    with anyio.CancelScope(shield=True):
        while not all(one.done() for one in work):
            try:
                await asyncio.wait(work)
            except asyncio.CancelledError as error:
                cancelled = error
    if cancelled is not None:
        raise cancelled
    await checkpoint_if_cancelled()
