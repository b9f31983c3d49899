"""Clients that send too many conversions are told so before their upload is read."""

from collections.abc import Callable, Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.errors import ServiceError
from app.core.metrics import Metrics
from app.services.client_address import ClientAddresses
from app.services.rate_limiter import RateLimiter

_UPLOADING: Final = {"POST", "PUT"}


class RateLimitMiddleware:
    """Counts the uploads to the paths `limited`; answers with `respond` when they are too many."""

    def __init__(
        self,
        app: ASGIApp,
        limiter: RateLimiter,
        addresses: ClientAddresses,
        limited: Collection[str],
        respond: Callable[[Request, ServiceError], Response],
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._limiter = limiter
        self._addresses = addresses
        self._limited = limited
        self._respond = respond
        self._rejections = metrics.rate_limit_rejections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; what is not HTTP passes."""
        if self._is_limited(scope):
            peer = scope["client"][0] if scope["client"] else None
            forwarded = Headers(scope=scope).getlist("X-Forwarded-For")
            try:
                await self._limiter.count(self._addresses.client(peer, forwarded))
            except ServiceError as error:
                self._rejections.labels(_path(scope)).inc()
                await self._respond(Request(scope), error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_limited(self, scope: Scope) -> bool:
        return (
            scope["type"] == "http"
            and scope["method"] in _UPLOADING
            and _path(scope) in self._limited
        )


def _path(scope: Scope) -> str:
    """The path below the application's root; of what is limited, the route's template too."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
