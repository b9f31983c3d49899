"""A bound on how many connections are open without an answer due.

Each holds a descriptor and, with half a head, 60 KiB. Without descriptors no one else can connect,
health checks included.
"""

import fcntl
import socket
import struct
import termios
from asyncio import AbstractEventLoop, Transport
from contextvars import Context
from typing import Final
from weakref import WeakKeyDictionary

import structlog
from uvicorn.server import ServerState

from app.http.linger import LingeringClose

MAX_IDLE: Final = "max_idle_connections"
"""The key of their number in the application's lifespan state."""

DEFAULT_MAX_IDLE: Final = 1024
"""Proxies keep tens, and browsers six each."""

FINISH_SECONDS: Final = 2.0
"""So soon after an answer, its client may still be taking the last of it, or sending its upload."""

LOG_SECONDS: Final = 10.0
"""One line counts all connections ended in this time: a line for each would fill the log."""

_LOOKS: Final = 2
"""Connections looked at for each one that turns idle: with one look, each that proves to be of use
would leave one more over the bound."""

log = structlog.get_logger()


class BoundedIdle(LingeringClose):
    """Ends the connection that has been idle longest, if too many are.

    It is idle from its beginning or its last answer until the head of a request is complete: bytes
    now and then do not count. To a client that keeps its connection this looks as if the idle time
    were over, which clients and proxies must expect.
    """

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._idle = _IDLE_OF.setdefault(self.server_state, _IdleConnections(self.loop))
        self._turn_idle()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._idle.since.pop(self, None)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # else another request has been waiting for its turn
            self._turn_idle()

    def connection_lost(self, exc: Exception | None) -> None:
        self._idle.since.pop(self, None)
        super().connection_lost(exc)

    def give_way(self) -> None:
        """End the connection at once."""
        self._connection.abort()

    def is_of_use(self) -> bool:
        """Whether its client would lose something if it ended now."""
        if self._may_be_sending():
            return self._has_just_turned_idle()  # else it would lose an unread answer
        if _unread_bytes(self._connection):  # perhaps a request
            return True
        has_unsent = self._connection.get_write_buffer_size() > 0
        return has_unsent and self._has_just_turned_idle()

    def _has_just_turned_idle(self) -> bool:
        return self.loop.time() - self._idle.since[self] < FINISH_SECONDS

    def _may_be_sending(self) -> bool:
        """Whether its client may be sending what is dropped unread."""
        return self._in_body or self._half_closing.is_half_closed

    def _start_lingering(self) -> None:
        super()._start_lingering()
        self._turn_idle()  # even if an answer is due: it will not be given

    def _turn_idle(self) -> None:
        if self in self.connections:  # else it is gone, and uvicorn closes its transport
            self._idle.since[self] = self.loop.time()
            self._idle.make_room(self.app_state.get(MAX_IDLE, DEFAULT_MAX_IDLE))


class _IdleConnections:
    """The connections of a server on which no answer is due."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.since: dict[BoundedIdle, float] = {}
        """Since when each is, on the loop's clock."""

        self._loop = loop
        self._ended = 0
        """How many have been ended that are not logged yet."""

    def make_room(self, most: int) -> None:
        """End the connections that have been idle longest, if over `most` are.

        One that is of use moves to the end of the line instead, unless over twice `most` are idle.
        """
        for _ in range(_LOOKS):
            excess = len(self.since) - most
            if excess <= 0:
                return
            longest = next(iter(self.since))
            if excess <= most and longest.is_of_use():
                self.since[longest] = self.since.pop(longest)
            else:
                del self.since[longest]
                longest.give_way()
                self._count()

    def _count(self) -> None:
        if self._ended == 0:
            # In a context of its own: the current one may be a request's.
            self._loop.call_later(LOG_SECONDS, self._report, context=Context())
        self._ended += 1

    def _report(self) -> None:
        log.warning("idle_connections_ended", connections=self._ended, seconds=LOG_SECONDS)
        self._ended = 0


_IDLE_OF: Final[WeakKeyDictionary[ServerState, _IdleConnections]] = WeakKeyDictionary()


def _unread_bytes(transport: Transport) -> int:
    """How many have arrived that the event loop has not read yet."""
    connection: socket.socket | None = transport.get_extra_info("socket")
    if connection is None:  # with TLS, it is gone before its protocol learns of it
        return 0
    (size,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.FIONREAD, bytes(4)))
    return int(size)
