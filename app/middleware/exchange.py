"""What passed between client and application during one request."""

import asyncio
import time
from typing import Final

from starlette.types import Message, Receive, Scope, Send

from app.http.hangup_report import CLIENT_GONE
from app.http.refusal import REFUSED_STATUS

_CRASHED: Final = 500

_CUT_OFF: Final = 503
"""For a response that had begun when the server stopped, as for a request it then refuses."""


class Exchange:
    """Stands between server and application, and records what the log and the metrics report.

    `receive` and `send` are for the application; `end` must be called when it has returned or
    raised, and fixes `status` and `seconds`. An OSError from the server's `send` means that the
    client is gone (ASGI 2.4), as does a disconnect before the response is complete.
    """

    __slots__ = (
        "_begun",
        "_complete",
        "_hung_up",
        "_receive",
        "_send",
        "_started",
        "request_bytes",
        "response_bytes",
        "route",
        "scope",
        "seconds",
        "status",
    )

    def __init__(self, scope: Scope, route: str, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.route = route
        self._receive = receive
        self._send = send
        self._started = time.perf_counter()
        self._hung_up = self._begun = self._complete = False
        self.status = _CRASHED  # what the server answers if the application does not
        self.request_bytes = self.response_bytes = 0
        self.seconds = 0.0

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            # Every request ends with one after the whole response.
            self._hung_up = not self._complete
        else:
            self.request_bytes += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        is_start = message["type"] == "http.response.start"
        if is_start:
            self.status = message["status"]
            self._begun = True
        else:
            self.response_bytes += len(message.get("body", b""))
        try:
            await self._send(message)
        except OSError:
            self._hung_up = True
            raise
        # Not before: the last part waits there while the client has not taken those before it.
        self._complete = not (is_start or message.get("more_body", False))

    def end(self, failure: BaseException | None) -> None:
        """Record that the application has returned or raised, even after a response began."""
        self.seconds = time.perf_counter() - self._started
        if self._hung_up:
            # If the server refuses the rest of a request, it closes the connection, not the client.
            self.status = self.scope.get("state", {}).get(REFUSED_STATUS, CLIENT_GONE)
        elif failure is not None:
            is_cut_off = self._begun and isinstance(failure, asyncio.CancelledError)
            self.status = _CUT_OFF if is_cut_off else _CRASHED

    @property
    def error_code(self) -> str | None:
        """The code of the error that the handlers answered with, if any."""
        code: str | None = self.scope.get("state", {}).get("error_code")
        return code
