"""The real service, with routes that do it harm, for uvicorn: `monitoring.drill.service:create`.

Its settings come from the environment, as always. Nothing of this is in the service as shipped.
"""

import os
import time

from fastapi import APIRouter, FastAPI

from app.core.sampler import INTERVAL_SECONDS
from app.main import create_app
from monitoring.drill.harm import BLOCK, BLOCK_SECONDS, CRASH, FACTOR, PREFIX

router = APIRouter(prefix=PREFIX, include_in_schema=False)


@router.get(CRASH)
async def crash() -> None:
    """Fail as a programmer's mistake does."""
    raise RuntimeError("the drill asked for a crash")


@router.get(BLOCK)
async def block() -> None:
    """Hold the event loop, as a call does that should have gone to a thread."""
    time.sleep(BLOCK_SECONDS)  # noqa: ASYNC251  # that is the fault


def create() -> FastAPI:
    """The service, which reads its resources as often as Prometheus scrapes in this drill."""
    factor = int(os.environ[FACTOR])
    return create_app(more=[router], sampling_seconds=INTERVAL_SECONDS / factor)
