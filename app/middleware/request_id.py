"""One id for a request: in its response, on every line of the log, in every error document."""

import re
import uuid
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.request_ids import FORM, HEADER

_WELL_FORMED: Final = re.compile(FORM)
"""Anything else is replaced, not refused."""


class RequestIdMiddleware:
    """Takes a well-formed X-Request-ID or makes one; handlers find it in `request.state`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _id_for(Headers(scope=scope).get(HEADER, ""))
        scope.setdefault("state", {})["request_id"] = request_id
        # Bound and not unbound: the server logs what went wrong after this middleware has returned.
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self._app(scope, receive, send_with_id)


def _id_for(offered: str) -> str:
    return offered if _WELL_FORMED.fullmatch(offered) else uuid.uuid4().hex
