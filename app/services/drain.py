"""Taking no new conversions: while an operator asks for it, and when the service has to stop."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from app.core.errors import ErrorCode, ServiceError
from app.core.threads import in_thread

FILE_NAME: Final = "DRAIN"
"""In WORKSPACE_DIR; its content does not matter, but its owner must be this user or root."""

_ROOT: Final = 0

_RETRY_AFTER_SECONDS: Final = 30
"""By then another instance has most likely taken over."""

_CLEANUP_SECONDS: Final = 2.0
"""For conversions that are ended at once to answer, and to remove what they hold."""


class Drain:
    """Lets requests for conversions in, or sends them away; waits for those inside."""

    def __init__(self, *, workspace: Path, grace_seconds: float) -> None:
        self._file = workspace / FILE_NAME
        self._grace_seconds = grace_seconds
        self._inside: dict[asyncio.Task[Any], asyncio.Future[None]] = {}
        self._stopping = self._grace_is_over = False

    @property
    def is_on(self) -> bool:
        """Whether new conversions are sent away."""
        return self._stopping or _owner(self._file) in {os.geteuid(), _ROOT}

    @property
    def is_stopping(self) -> bool:
        """Whether they are sent away because the service stops, whether or not there is a file."""
        return self._stopping

    @property
    def ignores_file(self) -> bool:
        """Whether there is a file that is ignored because it is another user's."""
        return _owner(self._file) not in {os.geteuid(), _ROOT, None}

    @asynccontextmanager
    async def inside(self) -> AsyncIterator[None]:
        """Around an upload and its conversion, which the service waits for when it stops.

        Raises ServiceError `draining`: at the beginning, or in the middle if the grace is over.
        """
        # In a thread, as the disk may hang. What happened meanwhile counts too.
        if await in_thread(lambda: self.is_on) or self._stopping:
            raise _draining("accepts no new conversions at present")
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # a coroutine runs in a task
        self._inside[task] = left = asyncio.get_running_loop().create_future()
        try:
            yield
        except asyncio.CancelledError:
            if (reason := self.why_cancelled()) is None:
                raise
            task.uncancel()
            raise reason from None
        finally:
            del self._inside[task]
            left.set_result(None)  # not the task's end, which comes after its answer is sent

    def why_cancelled(self) -> ServiceError | None:
        """The error for a conversion that is cancelled now; None if its client has cancelled it."""
        if not self._grace_is_over:
            return None
        return _draining("was stopped before this conversion had finished")

    async def stop(self) -> None:
        """Send new conversions away; return once those inside have ended, or have been ended."""
        self._stopping = True
        if self._inside:
            await asyncio.wait(self._inside.values(), timeout=self._grace_seconds)
        self._end_inside()

    async def stop_at_once(self) -> None:
        """Send new conversions away and end those inside; return once that is done, or overdue."""
        self._stopping = True
        if ended := self._end_inside():
            await asyncio.wait(ended, timeout=_CLEANUP_SECONDS)

    def _end_inside(self) -> set[asyncio.Task[Any]]:
        self._grace_is_over = True
        for task in (ended := set(self._inside)):
            task.cancel()
        return ended


def _owner(file: Path) -> int | None:
    """The user id of whoever made the file; None if there is none.

    Not that of what a link leads to: anyone may link to a file of root.
    """
    try:
        return file.lstat().st_uid
    except OSError:
        return None


def _draining(what: str) -> ServiceError:
    return ServiceError(
        ErrorCode.DRAINING, f"The service {what}.", retry_after=_RETRY_AFTER_SECONDS
    )
