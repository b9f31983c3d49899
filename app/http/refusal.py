"""What the server itself refuses: answered, logged, and reported to the request that it ends.

An application does not see what is refused here, or sees it as a client that has hung up.
"""

from typing import Final, Literal, NamedTuple, NoReturn

import structlog
from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from app.http.hangup_report import HangupReported

REFUSED_STATUS: Final = "refused_status"
"""The key, in `scope["state"]`, of the status with which a request was refused after its head."""

Reason = Literal["malformed", "head_too_large", "too_many_waiting", "head_timeout"]

log = structlog.get_logger()


class _Refusal(NamedTuple):
    reason: Reason
    status: int
    text: str


class RefusalReported(HangupReported):
    """Answers what it refuses with a line of plain text, and closes the connection.

    Where answers to complete requests are under way or due, they go out first, and the refusal is
    not answered: a client would take that for a part of them. What arrives meanwhile is dropped.
    """

    _drops_input = False
    """Whether what arrives is dropped."""

    _stopped_for: _Refusal | None = None
    """Why the parser was stopped; None if it stopped by itself."""

    def data_received(self, data: bytes) -> None:
        if not self._drops_input:
            super().data_received(data)

    def stop_parsing(self, reason: Reason, status: int, text: str) -> NoReturn:
        """Refuse what the parser is reading, from within one of its events."""
        self._stopped_for = _Refusal(reason, status, text)
        raise HttpParserError(reason)  # leads to `send_400_response`

    def send_400_response(self, msg: str) -> None:
        self.refuse(*(self._stopped_for or _Refusal("malformed", 400, f"{msg}\n")))

    def refuse(self, reason: Reason, status: int, text: str) -> None:
        """Answer with `text` if possible, log the refusal, and close."""
        if self._drops_input:
            return
        self._drops_input = True
        # asyncio's own loop reads in the context of the request that last asked for more.
        structlog.contextvars.clear_contextvars()
        may_answer = self._may_answer()
        log.info("request_refused", reason=reason, status=status, answered=may_answer)
        if may_answer:
            self._answer(status, text)
            self.transport.close()
        else:
            self._close_after_due_answers()

    def _may_answer(self) -> bool:
        """Whether what is written now would answer the request that is being read."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            return True
        # Its body or trailers are still being read, and nothing has been answered yet.
        return cycle.more_body and not cycle.response_started and not self.pipeline

    def _answer(self, status: int, text: str) -> None:
        """Answer, and let the request that this ends know by which status, if its head was read."""
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(text)),
            (b"connection", b"close"),
        ]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + text.encode("ascii"))
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.scope["state"][REFUSED_STATUS] = status

    def _close_after_due_answers(self) -> None:
        """Close once the last of the whole requests is answered; at once if none waits for that.

        One that is still incomplete and waits for its turn gets no answer.
        """
        if self.cycle.more_body:
            if not self.pipeline:
                self.transport.close()
                return
            self.pipeline.popleft()
            self._unanswered.pop()
        self._unanswered[-1].keep_alive = False  # the connection is closed after its answer
