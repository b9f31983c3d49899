"""Refuses clients that send too many conversions, before their upload is read."""

from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.errors import ServiceError
from app.core.metrics import Metrics
from app.services.client_address import ClientAddresses
from app.services.rate_limiter import RateLimiter

_UPLOAD_METHODS: Final = {"POST", "PUT"}


class RateLimitMiddleware:
    """Counts the uploads to limited routes; answers with `respond` when there are too many.

    `limited_route` returns the template of the limited route that takes a request, and None for
    others: a path that is not exactly equal may lead there too.
    """

    def __init__(
        self,
        app: ASGIApp,
        limiter: RateLimiter,
        addresses: ClientAddresses,
        limited_route: Callable[[Scope], str | None],
        respond: Callable[[Request, ServiceError], Response],
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._limiter = limiter
        self._addresses = addresses
        self._limited_route = limited_route
        self._respond = respond
        self._rejections = metrics.rate_limit_rejections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP passes through."""
        if (route := self._route_of_upload(scope)) is not None:
            peer = scope["client"][0] if scope["client"] else None
            forwarded = Headers(scope=scope).getlist("X-Forwarded-For")
            try:
                await self._limiter.count(self._addresses.address_of(peer, forwarded))
            except ServiceError as error:
                self._rejections.labels(route).inc()
                await self._respond(Request(scope), error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _route_of_upload(self, scope: Scope) -> str | None:
        if scope["type"] != "http" or scope["method"] not in _UPLOAD_METHODS:
            return None
        return self._limited_route(scope)
