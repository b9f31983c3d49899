"""The readiness checks that start no process: they wait for the disk, which may hang."""

import asyncio
import time
from concurrent.futures import Future
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from app.api.schemas import Check
from app.services.drain import Drain
from app.services.workspace.files import fault_of

PATIENCE_SECONDS: Final = 2.5
"""A disk that works answers within milliseconds; the probe of our Kubernetes example waits 3 s."""


class DiskChecks:
    """Whether conversions are admitted, and whether uploads can be stored.

    All who ask at the same time share one look at the disk, in a thread of its own: one that hangs
    takes none of the threads that uploads need, and does not keep the service from ending. Once it
    has hung for PATIENCE_SECONDS, whoever asks is answered at once: no crowd waits at a dead disk.
    """

    def __init__(self, *, drain: Drain, workspace: Path) -> None:
        self._drain = drain
        self._workspace = workspace
        self._lock = Lock()
        self._look: Future[dict[str, Check]] | None = None
        self._deadline = 0.0  # by the monotonic clock

    async def check(self) -> dict[str, Check]:
        """Each by its name, within PATIENCE_SECONDS."""
        look, seconds_left = self._shared_look()
        if seconds_left <= 0:
            return _unanswered()
        waited_for = asyncio.wrap_future(look)
        await asyncio.wait([waited_for], timeout=seconds_left)  # cancels no look of others
        return waited_for.result() if waited_for.done() else _unanswered()

    def check_blocking(self) -> dict[str, Check]:
        """As `check`, for a thread."""
        look, seconds_left = self._shared_look()
        try:
            return look.result(max(0, seconds_left))
        except TimeoutError:
            return _unanswered()

    def _shared_look(self) -> tuple[Future[dict[str, Check]], float]:
        """The look that is under way, or a new one, and how long to wait for it."""
        with self._lock:
            if self._look is None or self._look.done():
                look: Future[dict[str, Check]] = Future()
                self._start(look)
                self._look = look
                self._deadline = time.monotonic() + PATIENCE_SECONDS
            return self._look, self._deadline - time.monotonic()

    def _start(self, look: Future[dict[str, Check]]) -> None:
        try:
            Thread(target=self._run, args=(look,), name="disk-checks", daemon=True).start()
        except RuntimeError:  # without one the look would never be done
            look.set_result(_unknown("The system has no thread to spare to look at WORKSPACE_DIR."))

    def _run(self, look: Future[dict[str, Check]]) -> None:
        try:
            checks = {
                "admission": _admission(self._drain),
                "workspace": _workspace(self._workspace),
            }
        except Exception as error:  # raised again where it is waited for
            look.set_exception(error)
        else:
            look.set_result(checks)


def _unanswered() -> dict[str, Check]:
    return _unknown(
        f"WORKSPACE_DIR has not answered within {PATIENCE_SECONDS:g} seconds: its disk is "
        "overloaded, or hangs."
    )


def _unknown(reason: str) -> dict[str, Check]:
    return {
        "admission": Check(ok=False, detail="It is not known whether the service is draining."),
        "workspace": Check(ok=False, detail=reason),
    }


def _admission(drain: Drain) -> Check:
    if drain.is_stopping:
        return Check(ok=False, detail="The service is stopping: it accepts no new conversions.")
    if drain.is_on:
        return Check(
            ok=False,
            detail="The service is draining: it accepts no new conversions while WORKSPACE_DIR "
            "contains a file DRAIN.",
        )
    if drain.ignores_file:
        return Check(
            ok=True,
            detail="Conversions are accepted; a file DRAIN exists but is ignored, "
            "because another user created it.",
        )
    return Check(ok=True, detail="Conversions are accepted.")


def _workspace(directory: Path) -> Check:
    if (fault := fault_of(directory)) is not None:
        return Check(ok=False, detail=f"Nothing can be written to WORKSPACE_DIR: {fault}.")
    return Check(ok=True, detail="Uploads can be stored.")
