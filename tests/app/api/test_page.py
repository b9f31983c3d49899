"""The page for people."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.app.serving import ROOT

STATIC = ROOT / "app" / "static"


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_the_form_sends_a_file_to_the_conversion(app: FastAPI) -> None:
    tags = Tags(TestClient(app).get("/").text)

    (form,) = tags.all("form")
    assets, file, outside_of_it = tags.all("input")
    assert form == {
        "id": "form",
        "action": "/api/v1/convert",
        "method": "post",
        "enctype": "multipart/form-data",
        "autocomplete": "off",
    }
    assert (file["type"], file["name"]) == ("file", "file")
    assert (assets["type"], assets["name"], assets["value"]) == ("checkbox", "assets", "true")
    assert (outside_of_it["id"], outside_of_it.get("name")) == ("filter", None)
    assert [label.get("for") for label in tags.all("label")] == [None, file["id"], "filter"]


def test_all_that_the_page_loads_is_served_by_us(app: FastAPI) -> None:
    client = TestClient(app)
    text = client.get("/").text
    tags = Tags(text)

    (script,) = tags.all("script")
    assert script == {"type": "module", "src": "/static/js/main.js"}
    assert tags.all("style") == []
    loaded = [*(link["href"] for link in tags.all("link")), script["src"]]
    loaded += [image["src"] for image in tags.all("img")]
    assert {client.get(str(path)).status_code for path in loaded} == {200}
    assert re.findall(r"https?://[^\s<]*", text) == [
        "http://localhost:8000/api/v1/convert",
        "http://localhost:8000",
    ]


def test_the_page_names_each_module_so_that_none_waits_for_the_one_that_imports_it(
    app: FastAPI,
) -> None:
    links = Tags(TestClient(app).get("/").text).all("link")

    named = [str(link["href"]) for link in links if link["rel"] == "modulepreload"]
    modules = imported(STATIC / "js" / "main.js")
    assert len(modules) > 20
    assert sorted(named) == sorted(f"/static/{one.relative_to(STATIC)}" for one in modules)


def imported(module: Path) -> set[Path]:
    """The modules that one imports, and those that they import."""
    names = re.findall(r'^(?:import|export)\b[^;]*?"(\.[^"]+)"', module.read_text(), re.MULTILINE)
    own = {(module.parent / name).resolve() for name in names}
    return own.union(*(imported(one) for one in own))


def test_the_page_has_no_styles_or_handlers_of_its_own(app: FastAPI) -> None:
    tags = Tags(TestClient(app).get("/").text)

    names = {name for _, attributes in tags.found for name in attributes}
    assert [name for name in names if name == "style" or name.startswith("on")] == []


def test_every_link_of_the_page_leads_somewhere(app: FastAPI) -> None:
    client = TestClient(app)

    page = Tags(client.get("/").text)
    links = [str(link["href"]) for link in page.all("a")]

    here = {f"#{attributes['id']}" for _, attributes in page.found if "id" in attributes}
    elsewhere = set(links) - here
    assert {link: client.get(link).status_code for link in elsewhere} == dict.fromkeys(
        elsewhere, 200
    )
    assert {"/docs", "#service"} <= set(links)


PAGES = pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/docs", "text/html; charset=utf-8"),
        ("/openapi.json", "application/json"),
    ],
)


@PAGES
def test_a_copy_of_a_page_is_kept_and_asked_about_each_time(
    app: FastAPI, path: str, media_type: str
) -> None:
    client = TestClient(app)
    first = client.get(path)
    etag = first.headers["ETag"]

    again = [
        client.get(path, headers=[("If-None-Match", one) for one in kept])
        for kept in ([etag], [f'"other", W/{etag}'], ['"other"', etag], ["*"])
    ]
    another = client.get(path, headers={"If-None-Match": '"other"'})

    assert (first.status_code, first.headers["Content-Type"]) == (200, media_type)
    for response in again:
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == etag
    assert {one.headers["Cache-Control"] for one in (first, another, *again)} == {"no-cache"}
    assert (another.status_code, another.content) == (200, first.content)


@PAGES
def test_the_head_of_a_page_can_be_had(app: FastAPI, path: str, media_type: str) -> None:
    client = TestClient(app)
    response = client.head(path)

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Type"] == media_type
    assert response.headers["Content-Length"] == str(len(client.get(path).content))


def test_pages_are_told_apart_by_their_etags(app: FastAPI) -> None:
    client = TestClient(app)

    assert len({client.get(path).headers["ETag"] for path in ("/", "/docs", "/openapi.json")}) == 3


def test_the_description_names_the_path_below_which_a_proxy_serves_it(app: FastAPI) -> None:
    below = TestClient(app, root_path="/convert").get("/convert/openapi.json")

    assert below.json()["servers"] == [{"url": "/convert"}]
    assert "servers" not in TestClient(app).get("/openapi.json").json()
    at_the_root = TestClient(app, root_path="/").get("/openapi.json")
    assert "servers" not in at_the_root.json()


def test_the_description_is_made_once_for_each_path_and_kept_for_few(app: FastAPI) -> None:
    described = app.state.description
    client = TestClient(app)

    first, again = client.get("/openapi.json"), client.get("/openapi.json")
    for number in range(50):
        below = TestClient(app, root_path=f"/{number}").get(f"/{number}/openapi.json").json()
        assert below["servers"] == [{"url": f"/{number}"}]

    assert app.openapi() is app.openapi()
    assert described("") is described("")
    assert first.content == again.content == client.get("/openapi.json").content
    assert described.cache_info().currsize < 10
