"""A bound on how many answers wait for clients that take them slowly.

Each holds a connection, a file, and memory of ours and of the system's, for as long as its client
takes a little now and then.
"""

import math
import socket
import struct
from asyncio import Transport
from contextvars import Context
from typing import Final

import structlog

from app.http.download_deadline import DownloadInTime

MAX_SLOW_READERS: Final = 128
"""As many as uploads that may arrive by default."""

SLOW_SECONDS: Final = 10.0
"""For the 300 KB at most that the transport holds: 30 KB a second."""

_UNSENT_BYTES: Final = 128 * 1024
"""What the system takes beyond what is on its way to the client. By itself it takes 4 MB for each
connection, which count as the container's memory."""

_DROPPED: Final = struct.pack("ii", 1, 0)
"""For SO_LINGER: at the end the system drops what it has not sent."""

log = structlog.get_logger()


class BoundedSlowReaders(DownloadInTime):
    """Ends the connections that have waited longest for their clients, if too many do.

    To the application it looks like a client that has hung up.
    """

    waits_since = math.inf
    """On the loop's clock; infinite if the client takes all that there is."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        if self._tcp is not None:
            self._tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_BYTES)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.waits_since = self.loop.time()
        if len(self.connections) > MAX_SLOW_READERS:
            self._make_room()

    def resume_writing(self) -> None:
        self.waits_since = math.inf
        super().resume_writing()

    def drop(self) -> None:
        """Drop the rest of the answer, and the connection."""
        seconds = round(self.loop.time() - self.waits_since, 1)
        # In a context of its own: the current one is that of the request which needs the room.
        Context().run(log.info, "slow_reader_dropped", seconds=seconds)
        if self._tcp is not None:
            self._tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DROPPED)
        self.transport.abort()
        self.waits_since = math.inf  # it is among the connections until the loop's next turn

    def _make_room(self) -> None:
        long_ago = self.loop.time() - SLOW_SECONDS
        slow = [
            one
            for one in self.connections
            if isinstance(one, BoundedSlowReaders) and one.waits_since < long_ago
        ]
        slow.sort(key=lambda one: one.waits_since)
        for one in slow[: max(len(slow) - MAX_SLOW_READERS, 0)]:
            one.drop()
