"""`GET /metrics`: a scrape."""

import gzip
import hmac
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr
from starlette.datastructures import Headers

from app.api.accept import accepts_gzip
from app.api.combined import combined
from app.api.deps import ServicesDep
from app.api.openapi.operations import problems
from app.api.openapi.tags import METRICS
from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.core.threads import in_thread

router = APIRouter(tags=[METRICS])

PATH: Final = "/metrics"

_THREAD: Final = ThreadPoolExecutor(1, thread_name_prefix="scrape")
"""Its own: if the disk is so slow that uploads hold all other threads, scrapes must show it."""

_GZIP_LEVEL: Final = 1
"""A tenth of the size; level 9 takes four times as long to save another fifth."""


@router.get(
    PATH,
    summary="Metrics",
    response_class=Response,
    responses={
        200: {
            "description": "All metrics, as Prometheus text, or as OpenMetrics if accepted.",
            "content": {
                "text/plain": {"schema": {"type": "string"}},
                "application/openmetrics-text": {"schema": {"type": "string"}},
            },
        },
        **problems([ErrorCode.UNAUTHORIZED, ErrorCode.INTERNAL_ERROR]),
    },
)
async def metrics(request: Request, services: ServicesDep) -> Response:
    """What Prometheus scrapes: text, or OpenMetrics if accepted; gzipped if that is accepted."""
    _authorize(request, services.settings.metrics_token)
    return await in_thread(_scrape, services.metrics, request.headers, pool=_THREAD)


def _scrape(metrics: Metrics, asked: Headers) -> Response:
    body, media_type = metrics.render(combined(asked, "Accept"))
    headers = {"Vary": "Accept, Accept-Encoding", "Cache-Control": "no-store"}
    if accepts_gzip(combined(asked, "Accept-Encoding")):
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, _GZIP_LEVEL)
    return Response(body, headers=headers, media_type=media_type)


def _authorize(request: Request, token: SecretStr | None) -> None:
    if token is None:
        return
    scheme, _, offered = request.headers.get("Authorization", "").partition(" ")
    is_right = hmac.compare_digest(
        offered.strip().encode("latin-1"), token.get_secret_value().encode()
    )
    if scheme.lower() != "bearer" or not is_right:
        raise ServiceError(ErrorCode.UNAUTHORIZED, "Metrics are served only with the right token.")
