"""Requests themselves: how large their heads may be, HEAD, and addresses that are nearly right."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from app.http.head_bounds import MAX_HEAD_BYTES
from tests.app.archives import doccarchive
from tests.app.serving import CONVERT, NEEDS_PROC, Server

pytestmark = NEEDS_PROC

REFUSED = b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
CHUNKED = (
    f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
).encode()
PIECE = 8192


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


def answer(server: Server, *pieces: bytes) -> bytes:
    """All that the server says to bytes sent one after the other, till it closes."""
    said = b""
    with server.send(b"") as connection:
        # It may close while we send; what it said before that is there to be read.
        with suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                connection.sendall(piece)
        with suppress(ConnectionResetError):
            while received := connection.recv(65536):
                said += received
    return said


def request_of(size: int) -> bytes:
    """A request whose address and headers have so many bytes."""
    known = len(b"/health" + b"Host" + b"x" + b"Connection" + b"close" + b"X-A")
    filling = b"a" * (size - known)
    return b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: " + filling + b"\r\n\r\n"


def test_a_head_of_the_limit_is_taken_and_one_byte_more_is_not(server: Server) -> None:
    assert answer(server, request_of(MAX_HEAD_BYTES - 1000)).startswith(b"HTTP/1.1 200 ")
    refusal = answer(server, request_of(MAX_HEAD_BYTES + 1))
    assert refusal.startswith(REFUSED)
    assert refusal.endswith(
        f"the limit of {MAX_HEAD_BYTES} bytes: send fewer or shorter headers.\n".encode()
    )


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /",
        b"GET /health HTTP/1.1\r\nX-A: ",
        CHUNKED + b"1\r\na\r\n0\r\nX-Trailer: ",
    ],
    ids=["address", "header", "trailer"],
)
def test_a_head_that_never_ends_is_not_kept(server: Server, begun: bytes) -> None:
    endless = [b"a" * PIECE] * (4 * MAX_HEAD_BYTES // PIECE)
    assert REFUSED in answer(server, begun, *endless)


def test_a_body_may_be_longer_than_a_head(server: Server) -> None:
    archive = doccarchive("Foo") + b"x" * (3 * MAX_HEAD_BYTES)
    pieces = [archive[start : start + PIECE] for start in range(0, len(archive), PIECE)]
    chunks = [f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces]
    # It arrived whole: what follows the zip is refused.
    assert b'"code":"invalid_zip"' in answer(server, CHUNKED, *chunks, b"0\r\n\r\n")


def test_a_length_may_begin_with_any_number_of_zeros(server: Server) -> None:
    archive = doccarchive("Foo")
    length = b"0" * 5000 + b"%d" % len(archive)  # Python reads no number of over 4,300 digits
    head = b"PUT %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %b\r\n\r\n"

    assert answer(server, head % (CONVERT.encode(), length), archive).startswith(b"HTTP/1.1 200 ")


PAGES = [
    "/",
    "/docs",
    "/openapi.json",
    "/health",
    "/health/ready",
    "/metrics",
    "/api/v1/health",
    "/api/v1/status",
]


@pytest.mark.parametrize("path", PAGES)
def test_head_is_answered_as_get_is_without_the_body(server: Server, path: str) -> None:
    got, asked = server.client.get(path), server.client.head(path)
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["Content-Type"] == got.headers["Content-Type"]


def test_a_wrong_method_is_told_of_head(server: Server) -> None:
    assert server.client.post("/health").headers["Allow"] == "GET, HEAD"
    assert server.client.head(CONVERT).status_code == 405


@pytest.mark.parametrize("path", [f"{CONVERT}/", "/health/", "/docs/"])
def test_an_address_with_a_slash_too_many_serves_nothing(server: Server, path: str) -> None:
    response = server.client.put(path, content=doccarchive("Foo"))
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


UPGRADES = {
    "h2c": "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
    "websocket": "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
}


def upload(upgrade: str, framing: str, *, last: bool = False) -> bytes:
    close = "Connection: close\r\n" if last else ""
    head = f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\n{UPGRADES[upgrade]}{close}{framing}\r\n\r\n"
    return head.encode()


@pytest.mark.parametrize("upgrade", UPGRADES)
def test_an_upload_with_an_offer_of_another_protocol_is_read_whole(
    server: Server, upgrade: str
) -> None:
    archive = doccarchive("Foo")
    sized = upload(upgrade, f"Content-Length: {len(archive)}")
    chunked = upload(upgrade, "Transfer-Encoding: chunked", last=True)
    chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(archive), archive)

    said = answer(server, sized, archive[:100], archive[100:], chunked + chunk[:7], chunk[7:])

    assert said.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert said.count(b"content-type: application/zip\r\n") == 2


def test_a_websocket_is_answered_like_any_request(server: Server) -> None:
    head = f"GET {CONVERT} HTTP/1.1\r\nHost: x\r\n{UPGRADES['websocket']}Connection: close\r\n\r\n"

    said = answer(server, head.encode())

    assert said.startswith(b"HTTP/1.1 405 Method Not Allowed\r\n")
    assert b"\r\nx-request-id: " in said.lower()


@pytest.mark.parametrize("target", [CONVERT, f"http://x{CONVERT}", "example.com:443"])
def test_a_request_for_a_tunnel_is_refused_and_disconnected(server: Server, target: str) -> None:
    tunnel = f"CONNECT {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n".encode()

    said = answer(server, tunnel + b"hello" + request_of(100))

    assert said.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert said.count(b"HTTP/1.1 ") == 1


HEALTH = b"GET /health HTTP/1.1\r\n"


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (HEALTH, 400),
        (HEALTH + b"Host: a\r\nHost: a\r\n", 400),
        (HEALTH.replace(b"1.1", b"1.0") + b"Host: a\r\nHost: b\r\n", 400),
        (HEALTH + b"Host: a, b\r\n", 400),
        (HEALTH + b"Host: a/b\r\n", 400),
        (HEALTH + b"Host: user@a\r\n", 400),
        (HEALTH + b"Host: a:b\r\n", 400),
        (HEALTH + b"Host: [::1\r\n", 400),
        (HEALTH + b"Host: \xc3\xa9\r\n", 400),
        (HEALTH.replace(b"1.1", b"2.0") + b"Host: a\r\n", 505),
        (HEALTH.replace(b"1.1", b"0.9"), 505),
        (HEALTH + b"Host: a\r\nTransfer-Encoding: gzip, chunked\r\n", 501),
        (HEALTH + b"Host: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", 501),
        (HEALTH + b"Host: a\r\nTransfer-Encoding: gzip\r\n", 501),
        (HEALTH + b"Host: a\r\nTransfer-Encoding: identity\r\n", 501),
        (HEALTH + b"Host: a\r\nTransfer-Encoding: ,chunked\r\n", 501),
        (HEALTH + b"Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400),
        (HEALTH + b"Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
        (HEALTH + b"Host: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n", 400),
        (HEALTH + b"Host: a\r\nContent-Length: 5, 5\r\n", 400),
    ],
)
def test_a_head_that_two_readers_could_understand_in_two_ways_is_refused(
    server: Server, head: bytes, said: int
) -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"
    for fields in (b"", upgrade):
        refusal = answer(server, head + fields + b"\r\n0\r\n\r\n", request_of(100))
        assert int(refusal.split()[1]) == said
        assert refusal.count(b"HTTP/1.1 ") == 1
        assert b"\r\nconnection: close\r\n" in refusal


@pytest.mark.parametrize(
    "head",
    [
        HEALTH.replace(b"1.1", b"1.0"),
        HEALTH + b"Host:\r\n",
        HEALTH + b"Host: \t a \t\r\nTransfer-Encoding: chunked \r\n",
        HEALTH + b"Host: a_b.example:8000\r\n",
        HEALTH + b"Host: [2001:db8::1]:80\r\n",
        HEALTH + b"Host: a:\r\n",
        HEALTH + b"hOST: 127.0.0.1\r\nTransfer-Encoding: Chunked\r\n",
        HEALTH.replace(b"/health", b"http://b/health") + b"Host: a\r\n",
    ],
)
def test_a_head_as_clients_send_it_is_taken(server: Server, head: bytes) -> None:
    said = answer(server, head + b"Connection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_trailer_is_no_header(server: Server) -> None:
    trailer = b"0\r\nX-Request-ID: from-a-trailer\r\n\r\n"
    said = answer(server, CHUNKED + trailer)
    assert b'"code":"empty_upload"' in said
    assert b"from-a-trailer" not in said


@pytest.mark.parametrize(("version", "interim"), [("1.0", 0), ("1.1", 1)])
def test_a_client_of_http_1_0_is_sent_no_interim_answer(
    server: Server, version: str, interim: int
) -> None:
    head = f"PUT {CONVERT} HTTP/{version}\r\nHost: x\r\nConnection: close\r\n"
    waiting = head + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n"
    said = answer(server, waiting.encode(), b"x")
    assert said.count(b"HTTP/1.1 100 Continue\r\n") == interim
    assert said.count(b"HTTP/1.1 415 ") == 1
