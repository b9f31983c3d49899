"""Who is at the other end of the connection, whatever a header says."""

from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

_FORWARDED: Final = b"x-forwarded-for"


class PeerMiddleware:
    """Makes `scope["client"]` the connection's other end again; None on a Unix socket.

    Unless started with --no-proxy-headers, uvicorn sets it from X-Forwarded-For if the peer is
    127.0.0.1, or whatever its own settings name. So any local user could pose as anybody. Only
    TRUSTED_PROXIES may say which proxies to believe.

    Must be where `send` is uvicorn's own, which knows the socket: outside Starlette's middleware.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP passes through."""
        if scope["type"] == "http":
            scope["client"] = _peer(scope, send)
        await self._app(scope, receive, send)


def _peer(scope: Scope, send: Send) -> tuple[str, int] | None:
    transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        name = transport.get_extra_info("peername")
        return (name[0], name[1]) if isinstance(name, tuple) else None
    # Another server, or uvicorn at the log level `trace`: the header may have been believed.
    if any(name == _FORWARDED for name, _ in scope["headers"]):
        return None
    client: tuple[str, int] | None = scope.get("client")
    return client
