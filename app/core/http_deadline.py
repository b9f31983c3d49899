"""uvicorn's HTTP protocol, with a time by which the head of a request has to be whole.

uvicorn gives up a connection that is idle after an answer, and no other: who sends one byte, or
none at all, could keep it for ever. A body's time is the application's to bound.
"""

from asyncio import TimerHandle, Transport
from typing import Final

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.core.http_refusal import RefusalTold

HEAD_TIMEOUT: Final = "head_timeout_seconds"
"""Where the application's lifespan state has the time for a head."""

_DEFAULT_SECONDS: Final = 10.0
"""For an application that says nothing of it."""


class HeadInTime(RefusalTold):
    """Answers 408 and closes the connection if a head takes longer than it may.

    Its time begins with the connection or, on one that has been answered, with the next byte. Who
    has sent nothing is not answered. While an earlier request waits for its answer, none is cut
    off: what that takes has bounds of its own.
    """

    _deadline: TimerHandle | None = None
    _in_body = _has_sent = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._start_clock()

    def data_received(self, data: bytes) -> None:
        self._has_sent = True
        if not self._in_body:
            self._start_clock()
        super().data_received(data)
        if self._in_body and self.cycle.response_complete and not self.transport.is_closing():
            # The rest of a body that nobody reads: uvicorn stops waiting for it with each byte.
            self._await_more()

    def on_message_begin(self) -> None:
        self._start_clock()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._stop_clock()
        super().on_headers_complete()
        self._in_body = True

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def _await_more(self) -> None:
        """Close the connection if nothing more comes for as long as one may be idle."""
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _start_clock(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self._seconds, self._overdue)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _overdue(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._start_clock()
        elif self._has_sent:
            self.refuse(
                "head_timeout",
                408,
                f"The head of the request was not whole after {self._seconds:g} seconds.\n",
            )
        else:
            self.transport.close()

    @property
    def _seconds(self) -> float:
        seconds: float = self.app_state.get(HEAD_TIMEOUT, _DEFAULT_SECONDS)
        return seconds
