"""A time within which a client must take some of its answer.

uvicorn waits forever for a client that stops reading, and a conversion's result would stay open as
long. It cannot see what becomes of what it has handed to the system, so the system keeps the time.
"""

import socket
from asyncio import Transport
from typing import Final

from app.http.well_formed import WellFormedHead

DOWNLOAD_IDLE: Final = "download_idle_seconds"
"""The key of that time in the application's lifespan state."""

_DEFAULT_SECONDS: Final = 120.0
"""For an application that does not set it."""

_INTERNET: Final = frozenset({socket.AF_INET, socket.AF_INET6})


class DownloadInTime(WellFormedHead):
    """Ends a connection whose client acknowledges none of the waiting data for too long.

    To the application it looks like a client that has hung up. On a Unix socket, whose peer is a
    proxy on the same machine, the proxy has to keep the time.
    """

    _tcp: socket.socket | None = None
    """None on a Unix socket."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        connection: socket.socket = transport.get_extra_info("socket")
        if connection.family in _INTERNET:
            self._tcp = connection
            seconds: float = self.app_state.get(DOWNLOAD_IDLE, _DEFAULT_SECONDS)
            # tcp(7): also while the peer's window is 0, and after our side has closed.
            milliseconds = max(round(seconds * 1000), 1)  # 0 would mean the system's own time
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
