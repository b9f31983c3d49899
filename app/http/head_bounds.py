"""Bounds on what the server holds of requests before an application sees them.

httptools collects address, headers and trailers without a limit, and hands each over when it is
complete: a client could make the service hold as much as it cares to send. And each request sent
before the first is answered takes a hundred times its size.
"""

from typing import Final

from app.http.idle import BoundedIdle

MAX_HEAD_BYTES: Final = 64 * 1024
"""Twice what nginx accepts."""

MAX_HEADERS: Final = 256
"""With trailers; browsers and proxies send some 40. Without it, a head of 64 KiB could have 13,000
headers, which take some twenty times that memory and 25 ms to look through."""

MAX_WAITING: Final = 16
"""Pipelined requests, besides the one being answered; browsers send none."""

_REQUEST_LINE_BYTES: Final = len(b"GET  HTTP/1.1\r\n")
_SEPARATOR_BYTES: Final = len(b": \r\n")

_TOO_LARGE: Final = (
    f"The request's address and headers are larger than the limit of {MAX_HEAD_BYTES} bytes: send "
    "fewer or shorter headers.\n"
)
_TOO_MANY_HEADERS: Final = f"The request has over {MAX_HEADERS} headers: send fewer.\n"
_TOO_MANY_REQUESTS: Final = f"Over {MAX_WAITING} requests wait for their turn.\n"


class BoundedHead(BoundedIdle):
    """Answers 431 and closes the connection once a head or trailers exceed a limit.

    When too many requests wait, it answers those that it has taken, and closes.
    """

    _unparsed_bytes = 0
    """Received since the last complete head, or since the last piece of a body."""

    _head_bytes = 0
    """Of the parts of a request's head and trailers that are complete so far."""

    _header_count = 0
    """Headers and trailers of a request so far."""

    def data_received(self, data: bytes) -> None:
        self._unparsed_bytes += len(data)
        super().data_received(data)
        if self._unparsed_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.refuse("head_too_large", 431, _TOO_LARGE)

    def on_message_begin(self) -> None:
        self._head_bytes, self._header_count = _REQUEST_LINE_BYTES, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._add_to_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_count += 1
        if self._header_count > MAX_HEADERS:
            self.stop_parsing("head_too_large", 431, _TOO_MANY_HEADERS)
        self._add_to_head(len(name) + len(value) + _SEPARATOR_BYTES)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._unparsed_bytes = 0
        if len(self.pipeline) >= MAX_WAITING:
            self.stop_parsing("too_many_waiting", 400, _TOO_MANY_REQUESTS)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unparsed_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unparsed_bytes = 0
        super().on_message_complete()

    def _add_to_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            self.stop_parsing("head_too_large", 431, _TOO_LARGE)
