"""Every unanswered request learns that its client has gone."""

from asyncio import Transport
from collections import deque
from typing import Final

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.http.upgrade import UpgradeIgnored

CLIENT_GONE: Final = 499
"""The status of a request whose client has hung up: for log and metrics only."""


class HangupReported(UpgradeIgnored):
    """Reports a hang-up to all unanswered requests of a connection.

    uvicorn notifies only the last one. If a client had pipelined two requests, the first would go
    on, and fail at the end by writing to a closed connection.
    """

    _unanswered: deque[RequestResponseCycle]

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        self._unanswered = deque()
        super().connection_made(transport)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._unanswered.append(self.cycle)
        # Answers go out in the order of the requests.
        while self._unanswered and self._unanswered[0].response_complete:
            self._unanswered.popleft()

    def connection_lost(self, exc: Exception | None) -> None:
        self._report_hangup()
        super().connection_lost(exc)

    def _report_hangup(self) -> None:
        for cycle in self._unanswered:
            cycle.disconnected = True  # means nothing to one that is answered
            cycle.message_event.set()
