"""What is done once, before the first request: nothing of it may keep the service from starting."""

from pathlib import Path
from typing import Final

import structlog

from app.core.errors import ServiceError
from app.core.threads import in_thread
from app.services.availability import Availability
from app.services.converter import CONVERTER_VERSION
from app.services.workspace.scratch import sweep

_SWEEP_BY_HAND: Final = (
    "Fix what the reason names, then run `python -m app.services.workspace sweep`; "
    "meanwhile the service keeps running."
)

log = structlog.get_logger()


async def sweep_workspace(workspace: Path) -> None:
    """Remove what a service that was killed has left behind."""
    try:
        removed, stubborn = await in_thread(sweep, workspace)
    except OSError as error:
        # Served all the same: a workspace that is of no use fails readiness, which tells.
        log.error("workspace_not_swept", reason=str(error), remedy=_SWEEP_BY_HAND)
        return
    if removed or stubborn:
        log.warning("workspace_swept", removed=removed, left=len(stubborn))


async def start_converter(availability: Availability) -> None:
    """Start the forkserver now; otherwise the first upload would wait for it."""
    try:
        locks = await availability.probe()
    except ServiceError as error:
        # Served all the same: readiness tells, and the next conversion tries again.
        log.error("converter_unavailable", detail=error.detail)
    else:
        log.info("converter_ready", version=CONVERTER_VERSION, locks=locks.in_force)
        for lock, reason in locks.shortfalls.items():
            log.warning("converter_lock_missing", lock=lock, reason=reason)
