"""One line in the log for each request, when the last byte of its response is out."""

import logging
import time
from collections.abc import Callable, Collection

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

_CLIENT_GONE = 499


class RequestLogMiddleware:
    """Logs `request_finished`; at debug level for the routes in `quiet`.

    `route_of` gives the template of a request's route, since paths are the clients' to choose.
    """

    def __init__(
        self, app: ASGIApp, route_of: Callable[[Scope], str], quiet: Collection[str]
    ) -> None:
        self.app = app
        self.route_of = route_of
        self.quiet = quiet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; what is not HTTP passes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        route = self.route_of(scope)
        level = logging.DEBUG if route in self.quiet else logging.INFO
        exchange = _Exchange(receive, send)
        try:
            await self.app(scope, exchange.receive, exchange.send)
        finally:
            log.log(
                level,
                "request_finished",
                method=scope["method"],
                route=route,
                **exchange.facts(),
                **_error(scope),
            )


def _error(scope: Scope) -> dict[str, str]:
    """The code of the error that the handlers have answered with, if there was one."""
    code = scope.get("state", {}).get("error_code")
    return {} if code is None else {"code": code}


class _Exchange:
    """What passed between client and application during one request."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._started = time.monotonic()
        self._status = 500
        self._request_bytes = self._response_bytes = 0
        self._hung_up = self._complete = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._request_bytes += len(message.get("body", b""))
        # A disconnect after the whole response is how every request ends.
        self._hung_up = message["type"] == "http.disconnect" and not self._complete
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        else:
            self._response_bytes += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
        await self._send(message)

    def facts(self) -> dict[str, int | float]:
        return {
            "status": _CLIENT_GONE if self._hung_up else self._status,
            "seconds": round(time.monotonic() - self._started, 4),
            "request_bytes": self._request_bytes,
            "response_bytes": self._response_bytes,
        }
