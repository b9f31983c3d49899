"""`GET /status`: what people without a dashboard want to know; the page asks now and then."""

from typing import Final

from fastapi import APIRouter, Response

from app.api.deps import ServicesDep
from app.api.openapi.operations import problems
from app.api.openapi.tags import HEALTH
from app.api.readiness import checks_of
from app.api.schemas import Limits, Status
from app.core.config import Settings
from app.core.errors import ErrorCode
from app.services.converter import CONVERTER_VERSION

router = APIRouter(tags=[HEALTH], responses=problems([ErrorCode.INTERNAL_ERROR]))

PATH: Final = "/status"

PROBED_EVERY_SECONDS: Final = 10.0
"""However many open pages ask, converter processes are not started for them more often."""


@router.get(PATH, summary="Status")
async def status(services: ServicesDep, response: Response) -> Status:
    """Whether conversions are accepted and why not, how many run and wait, and current limits.

    Readiness may be up to ten seconds old; whatever acts on it should ask `/health/ready`.
    """
    response.headers["Cache-Control"] = "no-store"
    checks = await checks_of(services, max_age_seconds=PROBED_EVERY_SECONDS)
    return Status(
        ready=all(check.ok for check in checks.values()),
        checks=checks,
        running=services.conversions.running,
        waiting=services.conversions.waiting,
        assets=services.conversions.takes_options,
        version=CONVERTER_VERSION,
        limits=_limits(services.settings),
    )


def _limits(settings: Settings) -> Limits:
    figures = {name: getattr(settings, name) for name in Limits.model_fields}
    if not settings.rate_limit_enabled:
        figures["rate_limit"] = None
    return Limits(**figures)
