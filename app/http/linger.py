"""Closing so that clients can read their answers while they are still sending.

Closing a connection with unread bytes resets it, and then a client may lose an answer that it has
not read yet (RFC 9112, section 9.6): proxies turn our 429 into 502. So only our own side is
closed, and what still arrives is read and dropped for a while.
"""

from asyncio import TimerHandle, Transport
from collections.abc import Callable
from typing import Any, Final, cast

from app.core.deadline import Deadline
from app.http.slow_readers import BoundedSlowReaders

LINGER_SECONDS: Final = 30.0
"""How long the rest of a body is read after its answer, as in nginx (`lingering_time`)."""


class LingeringClose(BoundedSlowReaders):
    """Reads what a client sends after its answer, for a time that nothing can extend.

    It ends sooner if nothing arrives within uvicorn's keep-alive time. Then the connection is
    closed; until then, if kept alive, it can be used again once the body is complete.
    """

    _linger_end: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        self._connection = transport
        self._half_closing = HalfClosingTransport(transport, self._close)
        super().connection_made(cast("Transport", self._half_closing))

    def data_received(self, data: bytes) -> None:
        if self._half_closing.is_half_closed:
            self._start_idle_timer()
        else:
            super().data_received(data)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_body and self.cycle.response_complete:
            self._start_lingering()

    def on_message_complete(self) -> None:
        self._stop_lingering()
        super().on_message_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection on which nothing arrives, unless something waits to be read."""
        last_look = Deadline(self.loop, 0, self._connection.close)
        self.timeout_keep_alive_task = last_look  # type: ignore[assignment]  # is cancelled alike

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)  # uvicorn closes the transport, which starts to linger
        self._stop_lingering()
        self._unset_keepalive_if_required()

    def _close(self) -> None:
        """Close our side, and the other one when its time is up or nobody can be sending."""
        lingers_already = self._linger_end is not None
        may_send = self._in_body or self._drops_input
        if may_send and not lingers_already and self._half_close():
            self._drop_what_arrives()
        else:
            self._connection.close()

    def _drop_what_arrives(self) -> None:
        """Read what still arrives, for a time; nobody will be answered any more."""
        self._report_hangup()
        self._start_lingering()
        self.flow.resume_reading()
        self._start_idle_timer()

    def _half_close(self) -> bool:
        """Close our side; False if that cannot be done: with TLS, or once the client has gone."""
        if not self._connection.can_write_eof():
            return False
        self._half_closing.is_half_closed = True  # even if it fails: asyncio takes no more either
        try:
            self._connection.write_eof()
        except OSError:
            return False
        return True

    def _start_lingering(self) -> None:
        if self._linger_end is None:
            self._linger_end = self.loop.call_later(LINGER_SECONDS, self._connection.close)

    def _stop_lingering(self) -> None:
        if self._linger_end is not None:
            self._linger_end.cancel()
            self._linger_end = None


class HalfClosingTransport:
    """A transport whose `close` may close our side alone; the protocol decides about the other."""

    def __init__(self, transport: Transport, close: Callable[[], None]) -> None:
        self._transport = transport
        self.close = close
        self.is_half_closed = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # the rest of the transport
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        return self.is_half_closed or self._transport.is_closing()

    def write(self, data: bytes) -> None:
        if not self.is_half_closed:
            self._transport.write(data)
