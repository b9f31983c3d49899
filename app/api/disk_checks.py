"""The readiness checks that start no process: they wait for the disk, which may hang."""

import asyncio
from pathlib import Path
from typing import Final

from app.api.schemas import Check
from app.core.threads import in_thread
from app.services.drain import Drain
from app.services.workspace import fault_of

PATIENCE_SECONDS: Final = 2.5
"""A disk that works answers within milliseconds; the probe of our Kubernetes example waits 3 s."""


class DiskChecks:
    """Whether conversions are admitted, and whether uploads can be stored."""

    def __init__(self, *, drain: Drain, workspace: Path) -> None:
        self._drain = drain
        self._workspace = workspace
        self._work: asyncio.Task[dict[str, Check]] | None = None

    def made(self) -> dict[str, Check]:
        """Each by its name; for a thread that may wait."""
        return {
            "admission": _admission(self._drain),
            "workspace": _workspace(self._workspace),
        }

    async def told(self) -> dict[str, Check]:
        """As `made`, within PATIENCE_SECONDS.

        All who ask at the time share one look, so that a disk that hangs holds one thread of those
        that uploads need, too.
        """
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(in_thread(self.made))
        work = self._work
        await asyncio.wait([work], timeout=PATIENCE_SECONDS)
        return work.result() if work.done() else _silent()


def _silent() -> dict[str, Check]:
    return {
        "admission": Check(ok=False, detail="It is not known whether the service is draining."),
        "workspace": Check(
            ok=False,
            detail=f"WORKSPACE_DIR has not answered for {PATIENCE_SECONDS:g} seconds: its disk is "
            "overloaded, or hangs.",
        ),
    }


def _admission(drain: Drain) -> Check:
    if drain.is_on:
        return Check(ok=False, detail="The service is draining: it accepts no new conversions.")
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
