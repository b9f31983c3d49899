"""The page for people."""

import re
from html.parser import HTMLParser

from fastapi import FastAPI
from starlette.testclient import TestClient


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
    file, assets = tags.all("input")
    assert form == {
        "action": "/api/v1/convert",
        "method": "post",
        "enctype": "multipart/form-data",
    }
    assert (file["type"], file["name"]) == ("file", "file")
    assert (assets["type"], assets["name"], assets["value"]) == ("checkbox", "assets", "true")
    assert [label.get("for") for label in tags.all("label")] == [file["id"], None]


def test_the_page_asks_nothing_of_other_hosts_and_runs_no_script(app: FastAPI) -> None:
    text = TestClient(app).get("/").text
    tags = Tags(text)

    assert tags.all("script") == tags.all("style") == tags.all("img") == []
    assert [link["href"] for link in tags.all("link")] == ["/static/icon.svg", "/static/index.css"]
    assert re.findall(r"https?://[^\s<]*", text) == ["http://localhost:8000/api/v1/convert"]


def test_every_link_of_the_page_leads_somewhere(app: FastAPI) -> None:
    client = TestClient(app)

    links = [str(link["href"]) for link in Tags(client.get("/").text).all("a")]

    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert "/docs" in links
