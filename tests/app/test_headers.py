"""What each answer says to a browser, by a real server."""

from collections.abc import Callable

import httpx2
import pytest

from tests.app.archives import doccarchive
from tests.app.serving import CONVERT, Server, eventually, problem

THEIRS = "https://docs.example"
CORS = "Access-Control-"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
}


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(MAX_UPLOAD_BYTES=100_000)


@pytest.fixture(scope="module")
def shared_server(start_server: Callable[..., Server]) -> Server:
    return start_server(MAX_UPLOAD_BYTES=100_000, CORS_ORIGINS=f"https://other.example,{THEIRS}")


def draining(server: Server, **headers: str) -> httpx2.Response:
    mark = server.workspace / "DRAIN"
    mark.touch()
    try:
        return server.put(doccarchive("Foo"), **headers)
    finally:
        mark.unlink()


def of_cors(response: httpx2.Response) -> dict[str, str]:
    start = CORS.lower()
    return {name: it for name, it in response.headers.items() if name.lower().startswith(start)}


ANSWERS: dict[str, tuple[int, Callable[..., httpx2.Response]]] = {
    "the page": (200, lambda server, **its: server.client.get("/", headers=its)),
    "the reference": (200, lambda server, **its: server.client.get("/docs", headers=its)),
    "the description": (200, lambda server, **its: server.client.get("/openapi.json", headers=its)),
    "a file": (200, lambda server, **its: server.client.get("/static/docs.js", headers=its)),
    "a module": (200, lambda server, **its: server.client.get("/static/js/main.js", headers=its)),
    "status": (200, lambda server, **its: server.client.get("/api/v1/status", headers=its)),
    "health": (200, lambda server, **its: server.client.get("/health", headers=its)),
    "a result": (200, lambda server, **its: server.put(doccarchive("Foo"), **its)),
    "a bad archive": (415, lambda server, **its: server.put(b"no zip", **its)),
    "too large": (413, lambda server, **its: server.put(b"x" * 100_001, **its)),
    "nowhere": (404, lambda server, **its: server.client.get("/nowhere", headers=its)),
    "wrong method": (405, lambda server, **its: server.client.get(CONVERT, headers=its)),
    "draining": (503, draining),
}
EACH = pytest.mark.parametrize(("status", "ask"), ANSWERS.values(), ids=ANSWERS.keys())


@EACH
def test_every_answer_has_the_headers_once(
    server: Server, status: int, ask: Callable[..., httpx2.Response]
) -> None:
    response = ask(server)

    assert response.status_code == status
    assert {name: response.headers.get_list(name) for name in HEADERS} == {
        name: [value] for name, value in HEADERS.items()
    }


@EACH
def test_no_version_of_the_server_is_told(
    server: Server, status: int, ask: Callable[..., httpx2.Response]
) -> None:
    response = ask(server)

    assert response.status_code == status
    # What uvicorn adds if it is not told --no-server-header.
    assert response.headers.get("Server", "uvicorn") == "uvicorn"
    assert "X-Powered-By" not in response.headers


@EACH
def test_without_the_setting_no_other_site_reads_anything(
    server: Server, status: int, ask: Callable[..., httpx2.Response]
) -> None:
    response = ask(server, Origin=THEIRS)

    assert (response.status_code, of_cors(response)) == (status, {})


@EACH
def test_the_sites_of_the_setting_read_every_answer(
    shared_server: Server, status: int, ask: Callable[..., httpx2.Response]
) -> None:
    response = ask(shared_server, Origin=THEIRS)

    assert response.status_code == status
    assert response.headers[CORS + "Allow-Origin"] == THEIRS
    assert response.headers[CORS + "Expose-Headers"] == (
        "Content-Disposition, Retry-After, X-Request-ID"
    )
    assert "Origin" in response.headers["Vary"]
    assert CORS + "Allow-Credentials" not in response.headers
    assert HEADERS.items() <= {name: response.headers[name] for name in HEADERS}.items()


def test_a_site_that_is_not_among_them_reads_nothing(shared_server: Server) -> None:
    response = shared_server.put(doccarchive("Foo"), Origin="https://evil.example")

    assert response.status_code == 200
    assert CORS + "Allow-Origin" not in response.headers
    assert "Origin" in response.headers["Vary"]


def preflight(server: Server, origin: str, method: str) -> httpx2.Response:
    return server.client.options(
        CONVERT,
        headers={
            "Origin": origin,
            CORS + "Request-Method": method,
            CORS + "Request-Headers": "content-type, x-request-id",
        },
    )


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_browser_that_asks_beforehand_may_send(shared_server: Server, method: str) -> None:
    response = preflight(shared_server, THEIRS, method)

    assert response.status_code == 200
    assert response.headers[CORS + "Allow-Origin"] == THEIRS
    assert response.headers[CORS + "Allow-Methods"] == "GET, POST, PUT"
    assert "X-Request-ID" in response.headers[CORS + "Allow-Headers"]
    assert response.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("origin", "method"), [("https://evil.example", "PUT"), (THEIRS, "DELETE")]
)
def test_others_and_other_methods_may_not(shared_server: Server, origin: str, method: str) -> None:
    response = preflight(shared_server, origin, method)

    assert response.status_code == 400
    assert response.text.startswith("Disallowed CORS ")
    assert (CORS + "Allow-Origin" in response.headers) is (origin == THEIRS)


def test_a_preflight_is_logged(shared_server: Server) -> None:
    request_id = preflight(shared_server, THEIRS, "PUT").headers["X-Request-ID"]

    def lines() -> list[object]:
        return [
            (line["method"], line["route"], line["status"])
            for line in shared_server.events("request_finished")
            if line["request_id"] == request_id
        ]

    eventually(lines, "the preflight is logged")
    assert lines() == [("OPTIONS", CONVERT, 200)]


def test_without_the_setting_a_preflight_is_a_method_like_others(server: Server) -> None:
    response = preflight(server, THEIRS, "PUT")

    assert problem(response)["code"] == "method_not_allowed"
    assert of_cors(response) == {}


def test_everyone_may_be_let_in(start_server: Callable[..., Server]) -> None:
    response = start_server(CORS_ORIGINS="*").client.get("/health", headers={"Origin": THEIRS})

    assert response.headers[CORS + "Allow-Origin"] == "*"
