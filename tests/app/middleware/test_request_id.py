"""Names of requests."""

import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.middleware.request_id import RequestIdMiddleware


async def seen(request: Request) -> JSONResponse:
    bound = structlog.contextvars.get_contextvars()["request_id"]
    return JSONResponse([request.state.request_id, bound])


CLIENT = TestClient(RequestIdMiddleware(Starlette(routes=[Route("/", seen)])))


@pytest.mark.parametrize("offered", ["a", "0", "Order-66_a.b", "x" * 128])
def test_a_well_formed_id_is_taken(offered: str) -> None:
    response = CLIENT.get("/", headers={"X-Request-ID": offered})

    assert response.headers["X-Request-ID"] == offered
    assert response.json() == [offered, offered]


@pytest.mark.parametrize("offered", ["", " ", "a b", "ä", "a/b", "x" * 129])
def test_an_ill_formed_id_is_replaced(offered: str) -> None:
    response = CLIENT.get("/", headers={b"X-Request-ID": offered.encode()})

    made = response.headers["X-Request-ID"]
    assert len(made) == 32
    assert response.json() == [made, made]


def test_each_request_without_an_id_gets_its_own() -> None:
    ids = {CLIENT.get("/").headers["X-Request-ID"] for _ in range(10)}

    assert len(ids) == 10


def test_a_response_for_an_unknown_path_has_an_id_too() -> None:
    response = CLIENT.get("/nowhere", headers={"X-Request-ID": "a"})

    assert (response.status_code, response.headers["X-Request-ID"]) == (404, "a")
