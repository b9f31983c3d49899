"""Work that is worth nothing once its client has hung up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from app.core.waiting import until_done

T = TypeVar("T")


async def unless_hung_up(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return the result of `work`, which is cancelled, and waited for, if the client goes first.

    The request's body must have been read: after it, only the client's disconnect can arrive.
    Raises ClientDisconnect.
    """
    job = asyncio.create_task(work)
    watch = asyncio.create_task(_wait_for_hangup(request.receive))
    try:
        await asyncio.wait((job, watch), return_when=asyncio.FIRST_COMPLETED)
        if not job.done():
            raise ClientDisconnect
        return await job
    finally:
        job.cancel()
        watch.cancel()
        await until_done(job, watch)


async def _wait_for_hangup(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
