"""Routes, asked from outside the router."""

from collections.abc import Callable

import pytest
from fastapi import APIRouter, FastAPI
from starlette.types import Scope

from app.api.route_table import RouteTable


def nothing() -> None:
    pass


@pytest.fixture
def table() -> RouteTable:
    inner = APIRouter()
    inner.get("/things/{name}")(nothing)
    inner.put("/things/{name}")(nothing)
    app = FastAPI()
    app.include_router(inner, prefix="/api/v1")
    app.include_router(inner)
    return RouteTable(app.routes)


def scope(path: str, root_path: str = "") -> Scope:
    return {"type": "http", "method": "GET", "path": path, "root_path": root_path}


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/api/v1/things/a", "/api/v1/things/{name}"),
        ("/things/a", "/things/{name}"),
        ("/docs", "/docs"),
        ("/things", "unmatched"),
        ("/things/a/b", "unmatched"),
        ("/", "unmatched"),
    ],
)
def test_a_path_has_the_full_template_of_its_route(
    table: RouteTable, path: str, template: str
) -> None:
    assert table.template(scope(path)) == template


def test_a_root_path_is_no_part_of_it(table: RouteTable) -> None:
    assert table.template(scope("/proxy/things/a", "/proxy")) == "/things/{name}"


def test_the_methods_of_all_routes_at_a_path_are_known(table: RouteTable) -> None:
    assert table.methods(scope("/api/v1/things/a")) == ["GET", "HEAD", "PUT"]
    assert table.methods(scope("/nowhere")) == []


def test_the_cost_of_a_path_does_not_grow_with_it(table: RouteTable) -> None:
    look: Callable[[Scope], str] = table.template

    assert look(scope("/things/" + "a/" * 100_000)) == "unmatched"
