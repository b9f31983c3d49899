"""uvicorn's HTTP protocol, with a bound on what it keeps of requests before anybody is asked.

    uvicorn --http app.core.http_head:BoundedHead app.main:app

httptools gathers address, headers and trailers without a limit, and hands each over when it is
whole: a client could have the service hold as much as it cares to send. And of requests that are
sent before the first is answered, each takes a hundred times its size.
"""

from typing import Final

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.core.http_hangup import HangupTold

MAX_HEAD_BYTES: Final = 64 * 1024
"""Twice what nginx takes."""

MAX_WAITING: Final = 16
"""Requests behind the one that is being answered; browsers send none."""

_REQUEST_LINE_BYTES: Final = len(b"GET  HTTP/1.1\r\n")
_SEPARATOR_BYTES: Final = len(b": \r\n")

_TOO_LARGE: Final = (
    f"The head of the request is larger than the limit of {MAX_HEAD_BYTES} bytes: send shorter "
    "headers.\n"
).encode()

_REFUSAL: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: %d\r\n"
    b"Connection: close\r\n"
    b"\r\n"
    b"%b"
) % (len(_TOO_LARGE), _TOO_LARGE)


class BoundedHead(HangupTold):
    """Answers 431 and closes the connection once a head, or the trailers, outgrow the limit.

    Where an answer is under way, or due to an earlier request, it only closes: a client would take
    the refusal for a part of that one. So it does when too many requests wait.
    """

    _gathered = 0
    """Bytes that came since a head was whole, or since the last piece of a body."""

    _head = 0
    """Bytes of the request line, headers and trailers of a request, as far as they are whole."""

    def data_received(self, data: bytes) -> None:
        self._gathered += len(data)
        super().data_received(data)
        if self._gathered > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_message_begin(self) -> None:
        self._head = _REQUEST_LINE_BYTES
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + _SEPARATOR_BYTES)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._gathered = 0
        if len(self.pipeline) >= MAX_WAITING:
            raise HttpParserError("too many requests wait")  # which ends in `send_400_response`
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._gathered = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._gathered = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._head > MAX_HEAD_BYTES or not self._may_answer():
            self._refuse()
        else:
            super().send_400_response(msg)

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > MAX_HEAD_BYTES:
            raise HttpParserError("the head is too large")  # which ends in `send_400_response`

    def _refuse(self) -> None:
        if self._may_answer():
            self.transport.write(_REFUSAL)
        self.transport.close()

    def _may_answer(self) -> bool:
        """Whether what is written now would be the answer to the request that is being read."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            return True
        # Its body or trailers are still read, and nothing has been said yet.
        return cycle.more_body and not cycle.response_started and not self.pipeline
