"""The last safety net: a bug of ours becomes an answer for the client and a traceback for us."""

from collections.abc import Callable

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()


class CrashMiddleware:
    """Answers with `respond(request)` when the application raises, and logs why.

    Once a response has begun it cannot be changed; the exception then goes on to the server,
    which logs it and cuts the connection, so that no client takes a part for the whole.
    """

    def __init__(self, app: ASGIApp, respond: Callable[[Request], Response]) -> None:
        self._app = app
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched_send(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except Exception:
            if begun:
                raise
            log.exception("request_crashed")
            await self._respond(Request(scope))(scope, receive, send)
