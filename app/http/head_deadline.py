"""A deadline for the head of a request.

uvicorn gives up only connections that are idle after an answer: a client that sends one byte, or
none at all, could keep its connection forever. The application bounds the time of a body.
"""

from asyncio import Transport
from typing import Final

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.core.deadline import Deadline
from app.http.refusal import RefusalReported

HEAD_TIMEOUT: Final = "head_timeout_seconds"
"""The key of the time for a head in the application's lifespan state."""

_DEFAULT_SECONDS: Final = 10.0
"""For an application that does not set it."""


class HeadInTime(RefusalReported):
    """Answers 408 and closes the connection if a head takes too long.

    Its time begins with the connection or, after an answer, with the next byte. A client that has
    sent nothing gets no answer. While an earlier request waits for its answer, no head is cut off:
    the answer has time limits of its own, and uvicorn may not be reading what the client sends.
    """

    _deadline: Deadline | None = None
    _in_body = _has_received = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._start_deadline()

    def data_received(self, data: bytes) -> None:
        self._has_received = True
        if not self._in_body:
            self._start_deadline()
        super().data_received(data)
        if self._in_body and self.cycle.response_complete:
            # The rest of a body that nobody reads: each byte cancels uvicorn's idle timer.
            self._start_idle_timer()

    def on_message_begin(self) -> None:
        self._start_deadline()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._cancel_deadline()
        super().on_headers_complete()
        self._in_body = True

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_deadline()
        super().connection_lost(exc)

    def _start_idle_timer(self) -> None:
        """Close the connection if nothing more arrives within uvicorn's keep-alive time."""
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _start_deadline(self) -> None:
        if self._deadline is None:
            self._deadline = Deadline(self.loop, self._seconds, self._deadline_passed)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _deadline_passed(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._start_deadline()
        elif self._has_received:
            self.refuse(
                "head_timeout",
                408,
                f"The request's address and headers were not complete after {self._seconds:g} s.\n",
            )
        else:
            self.transport.close()

    @property
    def _seconds(self) -> float:
        seconds: float = self.app_state.get(HEAD_TIMEOUT, _DEFAULT_SECONDS)
        return seconds
