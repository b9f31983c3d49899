"""What a browser may do with our answers, stated in each of them."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = {
    "default-src": "'none'",  # all not allowed below: frames, fonts, workers, plug-ins, media
    "script-src": "'self'",  # files under /static: nothing inline, no eval
    "style-src": "'self'",  # likewise
    "img-src": "'self' data:",  # Swagger UI's style sheet holds its icons as data
    "connect-src": "'self'",  # scripts fetch the API and /openapi.json
    "form-action": "'self'",  # the form without scripts; not covered by default-src
    "base-uri": "'none'",  # no <base> redirects our relative addresses; not covered either
    "frame-ancestors": "'none'",  # no other page embeds ours to steal clicks; not covered either
}
"""The Content Security Policy, by directive. Downloads, even of blobs, need no line."""

HEADERS: Final = {
    "Content-Security-Policy": "; ".join(f"{name} {what}" for name, what in POLICY.items()),
    "X-Content-Type-Options": "nosniff",  # an answer is what its type says, whatever it looks like
    "Referrer-Policy": "no-referrer",  # addresses of an internal service are nobody's business
    "Cross-Origin-Opener-Policy": "same-origin",  # a page that opened ours has no handle on it
    # No other site embeds an answer; CORS requests are exempt.
    "Cross-Origin-Resource-Policy": "same-origin",
    # Our pages ask a person for none of the things that pages can ask for.
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
}


class SecurityHeadersMiddleware:
    """Sets HEADERS on every response, overriding what a handler has set."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)
