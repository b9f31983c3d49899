"""The server's protocol on one end of a connection, and a client by hand on the other."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from app.http.protocol import BoundedProtocol

GET = b"GET / HTTP/1.1\r\nHost: x\r\n"


class Protocol(BoundedProtocol):
    """Tells when its connection is gone."""

    def __init__(self, app: ASGIApp, state: ServerState, app_state: Mapping[str, object]) -> None:
        config = Config(app, lifespan="off", log_config=None, ws="none")
        super().__init__(config, state, dict(app_state))
        self.lost = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost.set()


class Connection:
    """A client's end of a connection to the protocol, which is fed by hand."""

    def __init__(self, protocol: Protocol, theirs: socket.socket) -> None:
        self.protocol = protocol
        self.lost = protocol.lost
        self._theirs = theirs

    async def feed(self, *segments: bytes) -> None:
        """Have the protocol receive them, each by itself."""
        for segment in segments:
            self.protocol.data_received(segment)
            await asyncio.sleep(0)  # the application begins

    async def send_unseen(self, data: bytes) -> None:
        """Send what the protocol does not receive before it resumes reading."""
        self.protocol.flow.pause_reading()
        await asyncio.get_running_loop().sock_sendall(self._theirs, data)

    def reset(self) -> None:
        """Have the client's system end the connection, unseen by the protocol."""
        self.protocol.flow.pause_reading()
        self._theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._theirs.close()

    def hang_up(self) -> None:
        """Close the client's end."""
        self._theirs.close()

    async def take(self, size: int) -> None:
        """Read at least so many bytes of what it says."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(5):
            while size > 0:
                size -= len(await loop.sock_recv(self._theirs, 1_000_000))

    async def said(self) -> bytes:
        """All that it says, till it closes its side."""
        loop, said = asyncio.get_running_loop(), b""
        async with asyncio.timeout(5):
            while received := await loop.sock_recv(self._theirs, 65536):
                said += received
        return said


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    """Both ends of a connection: the server's, the client's."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        theirs = socket.create_connection(server.getsockname())
        return server.accept()[0], theirs


@asynccontextmanager
async def connected(
    app: ASGIApp,
    pair: Callable[[], tuple[socket.socket, socket.socket]] = socket.socketpair,
    state: ServerState | None = None,
    app_state: Mapping[str, object] = MappingProxyType({}),
) -> AsyncIterator[Connection]:
    """A connection to the protocol; several of them belong to one server if they share `state`."""
    loop = asyncio.get_running_loop()
    protocol = Protocol(app, state or ServerState(), app_state)
    ours, theirs = pair()
    theirs.settimeout(0)
    with theirs:
        await loop.create_connection(lambda: protocol, sock=ours)
        yield Connection(protocol, theirs)


async def answered(_scope: Scope, _receive: Receive, send: Send) -> None:
    """An application that answers 200, without looking at the request's body."""
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
    )
    await send({"type": "http.response.body", "body": b""})
