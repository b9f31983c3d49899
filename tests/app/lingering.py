"""Clients that keep a service from stopping."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from tests.app.archives import article_of_noise, doccarchive
from tests.app.serving import CONVERT, Server, eventually


@cache
def large_when_converted() -> bytes:
    """An archive whose result is more than the system holds for a client that does not read."""
    return doccarchive("Foo", noise=article_of_noise(12_000_000))


@contextmanager
def uploading(server: Server) -> Iterator[socket.socket]:
    """An upload that has begun, and does not go on."""
    head = f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    with server.send(head.encode() + b"PK") as connection:
        eventually(lambda: not server.is_idle(), "the upload has begun")
        yield connection


@contextmanager
def downloading(server: Server) -> Iterator[None]:
    """A download that has begun, and of which its client reads no more."""
    with server.begin(large_when_converted()) as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"
        yield
