"""Watches each request from its head to the last byte of its response, for metrics and log."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.labels import METHODS, OTHER_METHOD
from app.core.metrics import Metrics
from app.middleware.exchange import Exchange


class ObserveMiddleware:
    """Counts and times every request, then hands it to `log`.

    Must wrap everything that answers; only what adds headers to every answer, or identifies the
    client, is further out.

    `route_of` returns the template of a request's route, because clients choose the paths.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        route_of: Callable[[Scope], str],
        log: Callable[[Exchange], None],
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._in_progress = metrics.http_requests_in_progress
        self._route_of = route_of
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, self._route_of(scope), receive, send)
        failure: BaseException | None = None
        self._in_progress.inc()
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except BaseException as error:
            failure = error
            raise
        finally:
            self._in_progress.dec()
            exchange.end(failure)
            self._record(exchange)

    def _record(self, exchange: Exchange) -> None:
        method: str = exchange.scope["method"]
        self._metrics.request_finished(
            method if method in METHODS else OTHER_METHOD,
            exchange.route,
            exchange.status,
            exchange.seconds,
        )
        self._log(exchange)
