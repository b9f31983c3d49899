"""What routes get: the services that `create_app` has built."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.api.disk_checks import DiskChecks
from app.core.config import Settings
from app.core.metrics import Metrics
from app.services.availability import Availability
from app.services.conversion import Conversions
from app.services.drain import Drain
from app.services.rate_limiter import RateLimiter
from app.services.upload_slots import UploadSlots
from app.worker.launcher import Launcher


@dataclass(frozen=True)
class Services:
    """Built once for an application, and shared by its requests."""

    settings: Settings
    metrics: Metrics
    launcher: Launcher
    upload_slots: UploadSlots
    availability: Availability
    conversions: Conversions
    drain: Drain
    disk_checks: DiskChecks
    rate_limiter: RateLimiter


# A coroutine: FastAPI would call a function in a thread, of a pool that grows with the crowd.
async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _until_sent() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


ServicesDep = Annotated[Services, Depends(_services)]

UntilSentDep = Annotated[AsyncExitStack, Depends(_until_sent)]
"""Holds what the response still needs; closed once its last byte is sent or its client is gone."""
