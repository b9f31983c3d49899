"""Answers that are out before the request is: who goes on sending reads them all the same."""

import socket
from collections.abc import Callable

import pytest

from tests.app.archives import doccarchive
from tests.app.scrapes import moved, scrape
from tests.app.serving import CONVERT, NEEDS_PROC, Server, eventually

pytestmark = NEEDS_PROC

LIMIT = 1024 * 1024
ARCHIVE = doccarchive("Foo")
BODY = ARCHIVE + bytes(20 * 1024 * 1024)
"""More than systems keep for a connection: it is not sent unless somebody reads it."""


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(MAX_UPLOAD_BYTES=LIMIT)


def head_of(length: int, *fields: str, version: str = "1.1") -> bytes:
    lines = [f"PUT {CONVERT} HTTP/{version}", "Host: x", f"Content-Length: {length}", *fields]
    return "\r\n".join([*lines, "", ""]).encode()


def said(connection: socket.socket) -> bytes:
    """All that comes, till the server closes its side."""
    found = b""
    while received := connection.recv(65536):
        found += received
    return found


@pytest.mark.parametrize(
    "head",
    [
        head_of(len(BODY), "Connection: close"),
        head_of(len(BODY), version="1.0"),
        head_of(len(BODY), "Connection: close", "Transfer-Encoding: chunked"),
    ],
    ids=["close", "1.0", "no HTTP"],
)
def test_a_client_that_sends_everything_before_it_reads_gets_its_answer(
    server: Server, head: bytes
) -> None:
    for _ in range(5):
        with server.send(head + BODY) as connection:
            answer = said(connection)

            assert answer.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 400 "))
            assert b"\r\nconnection: close\r\n" in answer.lower()


def test_a_client_that_sends_everything_before_it_reads_learns_of_a_drain(server: Server) -> None:
    file = server.workspace / "DRAIN"
    file.touch()
    try:
        small = ARCHIVE + bytes(LIMIT - len(ARCHIVE))
        with server.send(head_of(len(small), "Connection: close") + small) as connection:
            assert b'"code":"draining"' in said(connection)
    finally:
        file.unlink()


def test_a_connection_can_be_used_again_once_the_body_is_whole(server: Server) -> None:
    with server.send(head_of(len(BODY))) as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
        connection.sendall(BODY + head_of(len(ARCHIVE), "Connection: close") + ARCHIVE)

        assert said(connection).count(b"HTTP/1.1 200 ") == 1


def test_what_follows_a_whole_upload_does_not_undo_it(
    start_server: Callable[..., Server], slow_archive: bytes
) -> None:
    server = start_server()
    before = scrape(server.client)
    with server.begin(slow_archive) as connection:
        eventually(server.converting, "the conversion runs")
        connection.sendall(b"x")
        connection.settimeout(60)

        assert said(connection).startswith(b"HTTP/1.1 200 ")
    succeeded = 'conversions_total{outcome="success"}'
    eventually(lambda: moved(before, scrape(server.client)).get(succeeded) == 1, "it is counted")
    assert server.events("request_refused")[-1]["answered"] is False
    assert not [line for line in server.lines() if "Invalid HTTP" in line]


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_refusal_is_not_logged_under_the_id_of_the_request_before_it(
    start_server: Callable[..., Server], loop: str
) -> None:
    server = start_server("--loop", loop)
    with server.send(head_of(len(BODY), "X-Request-ID: before")) as connection:
        connection.sendall(BODY)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
        connection.sendall(b"no HTTP\r\n\r\n")
        assert said(connection).endswith(b"Invalid HTTP request received.\n")

    (line,) = server.events("request_refused")
    assert "request_id" not in line
    assert server.events("request_finished")[-1]["request_id"] == "before"
