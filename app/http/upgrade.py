"""Staying with HTTP/1.1, whatever else a client offers.

A server may ignore `Upgrade` (RFC 9110, section 7.8), but httptools cannot: it stops there. An
upload that offers HTTP/2, as Java's HttpClient does unasked, would arrive without its body; and
uvicorn hands a connection that asks for a WebSocket to code that knows none of our bounds.
"""

from asyncio import AbstractEventLoop
from typing import Any, Final

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

_FRAMING: Final = {b"connection", b"content-length", b"transfer-encoding"}


class UpgradeIgnored(HttpToolsProtocol):
    """Answers a request that offers another protocol as if it had not.

    One that asks for a tunnel (CONNECT) counts as malformed.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        """Take uvicorn's arguments, by position or by these names."""
        super().__init__(config, server_state, app_state, _loop)
        self.ws_protocol_class = None
        self.parser = _Parser(self)


class _Parser(HttpRequestParser):
    """Has a second parser continue where httptools stops for an upgrade.

    The second is fed the headers that frame the body again, without the offer, and so reads the
    body. It must be a new one: with `Connection: close`, this one reads nothing after the head.
    """

    def __init__(self, protocol: HttpToolsProtocol) -> None:
        self._protocol = protocol
        self._events = _Events(protocol)
        super().__init__(self._events)
        # As uvicorn sets it: data after a last request is not an error.
        self.set_dangerous_leniencies(lenient_data_after_close=True)

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]  # uvicorn feeds bytes
        parser = self
        while (rest := parser.feed_until_upgrade(data)) is not None:
            parser, data = parser.successor(), rest

    def feed_until_upgrade(self, data: bytes) -> bytes | None:
        """Feed data; return what follows the head of an upgrade, or None if there is no upgrade."""
        try:
            super().feed_data(data)
        except HttpParserUpgrade as upgrade:
            return data[upgrade.args[0] :]
        return None

    def successor(self) -> "_Parser":
        """The parser of the body and of all that follows: the protocol's from now on."""
        self._protocol.parser = successor = _Parser(self._protocol)
        successor.feed_known_head(self._framing())
        return successor

    def feed_known_head(self, head: bytes) -> None:
        """Feed a head that the protocol already knows."""
        self._events.is_head_known = True
        super().feed_data(head)
        self._events.is_head_known = False

    def _framing(self) -> bytes:
        start = b"%b / HTTP/%b\r\n" % (self.get_method(), self.get_http_version().encode())
        framing = [field for field in self._protocol.headers if field[0] in _FRAMING]
        return start + b"".join(b"%b: %b\r\n" % field for field in framing) + b"\r\n"


class _Events:
    """Tells a protocol what its parser finds, except for a head that it already knows.

    Separate from the parser, which would otherwise refer to itself and outlive its connection.
    """

    def __init__(self, protocol: HttpToolsProtocol) -> None:
        self._protocol = protocol
        self.is_head_known = False

    def on_message_begin(self) -> None:
        if not self.is_head_known:
            self._protocol.on_message_begin()

    def on_url(self, url: bytes) -> None:
        if not self.is_head_known:
            self._protocol.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.is_head_known:
            self._protocol.on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._protocol.parser.get_method() == b"CONNECT":
            raise HttpParserError("no tunnel")  # leads to `send_400_response`
        if not self.is_head_known:
            self._protocol.on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._protocol.on_body(body)

    def on_message_complete(self) -> None:
        # For an upgrade this is the end of the head: the successor reports that of the body.
        if not self._protocol.parser.should_upgrade():
            self._protocol.on_message_complete()
