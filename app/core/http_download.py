"""uvicorn's HTTP protocol, with a time in which a client has to take something of its answer.

uvicorn waits for ever for who reads no more, and so would the result of a conversion, which is an
open file. What it has handed to the system is out of its sight, so the system keeps the time.
"""

import socket
from asyncio import Transport
from typing import Final

from app.core.http_deadline import HeadInTime

DOWNLOAD_IDLE: Final = "download_idle_seconds"
"""Where the application's lifespan state has the time in which something must be taken."""

_DEFAULT_SECONDS: Final = 120.0
"""For an application that says nothing of it."""

_INTERNET: Final = frozenset({socket.AF_INET, socket.AF_INET6})


class DownloadInTime(HeadInTime):
    """Ends a connection whose client acknowledges nothing, of what waits for it, for too long.

    The application learns of it as of a client that has hung up. Of a Unix socket, whose peer is a
    proxy on the same machine, the proxy has to keep the time.
    """

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        connection: socket.socket = transport.get_extra_info("socket")
        if connection.family in _INTERNET:
            seconds: float = self.app_state.get(DOWNLOAD_IDLE, _DEFAULT_SECONDS)
            # tcp(7): also while the peer's window is 0, and after our side has closed.
            milliseconds = max(round(seconds * 1000), 1)  # 0 would be the system's own time
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
