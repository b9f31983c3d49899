"""Whether the server speaks the protocol whose limits the settings set."""

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.linger import HalfClosingTransport

log = structlog.get_logger()

_REMEDY = "start uvicorn with --http app.http.protocol:BoundedProtocol"


class ServerCheckMiddleware:
    """Warns once if uvicorn runs without our protocol.

    Then HEAD_TIMEOUT_SECONDS, DOWNLOAD_IDLE_SECONDS and the bounds on heads, slow downloads and
    idle connections have no effect, and nothing else would show it.

    Must be where `send` is uvicorn's own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._has_looked = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP passes through."""
        if not self._has_looked and scope["type"] == "http":
            self._has_looked = True
            if _is_plain_uvicorn(send):
                log.warning("server_unbounded", remedy=_REMEDY)
        await self._app(scope, receive, send)


def _is_plain_uvicorn(send: Send) -> bool:
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    return type(cycle).__module__.startswith("uvicorn.") and not isinstance(
        transport, HalfClosingTransport
    )
