"""The real service, with routes that harm it, for uvicorn: `monitoring.drill.service:create`.

Its settings come from the environment, as always. None of this is in the service as shipped.
"""

import os
import time

from fastapi import APIRouter, FastAPI
from prometheus_client import Gauge

from app.core.sampler import INTERVAL_SECONDS
from app.main import create_app
from monitoring.drill.harm import BLOCK, BLOCK_SECONDS, CRASH, FACTOR, LABEL

router = APIRouter(include_in_schema=False)
labelled = Gauge("drill_labelled", "Of the drill; always 1.", ["value"], registry=None)


@router.get(CRASH)
async def crash() -> None:
    """Fail as a bug would."""
    raise RuntimeError("the drill asked for a crash")


@router.get(BLOCK)
async def block() -> None:
    """Block the event loop, like a call that should have gone to a thread."""
    time.sleep(BLOCK_SECONDS)  # noqa: ASYNC251  # that is the fault


@router.get(LABEL)
async def label(values: int) -> None:
    """Give a label this many values, like one that is given words from requests."""
    labelled.clear()
    for value in range(values):
        labelled.labels(str(value)).set(1)


def create() -> FastAPI:
    """The service; it reads its resources as often as Prometheus scrapes in this drill."""
    factor = int(os.environ[FACTOR])
    app = create_app(extra_routers=[router], sampling_seconds=INTERVAL_SECONDS / factor)
    app.state.services.metrics.registry.register(labelled)
    return app
