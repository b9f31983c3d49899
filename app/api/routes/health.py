"""`GET /health`: does the process answer; `GET /health/ready`: can it convert."""

from typing import Final

from fastapi import APIRouter, Response

from app.api.deps import ServicesDep
from app.api.openapi.operations import problems
from app.api.openapi.tags import HEALTH
from app.api.readiness import checks_of
from app.api.schemas import Health, Readiness
from app.core.errors import ErrorCode
from app.services.converter import CONVERTER_VERSION

router = APIRouter(tags=[HEALTH], responses=problems([ErrorCode.INTERNAL_ERROR]))

LIVENESS: Final = "/health"
READINESS: Final = "/health/ready"
PATHS: Final = (LIVENESS, READINESS)

PROBED_EVERY_SECONDS: Final = 1.0
"""However many ask, and however often: converter processes are not started for them more often."""


@router.get(LIVENESS, summary="Liveness")
async def health(response: Response) -> Health:
    """Whether the process answers; nothing else is checked, so nothing else gets it restarted."""
    response.headers["Cache-Control"] = "no-store"
    return Health(version=CONVERTER_VERSION)


@router.get(
    READINESS,
    summary="Readiness",
    responses={503: {"model": Readiness, "description": "Conversions would fail."}},
)
async def ready(services: ServicesDep, response: Response) -> Readiness:
    """Whether a conversion would be admitted, could store its files, and could start its process.

    The check of the converter is at most one second old.
    """
    response.headers["Cache-Control"] = "no-store"
    checks = await checks_of(services, max_age_seconds=PROBED_EVERY_SECONDS)
    if all(check.ok for check in checks.values()):
        return Readiness(status="ready", checks=checks)
    response.status_code = 503
    return Readiness(status="not_ready", checks=checks)
