"""Who reads HTML."""

import pytest

from app.api.accept import prefers_html


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "TEXT/HTML",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "text/html;q=0.5",
        "application/json;q=0.5, text/html;level=1;q=0.7",
        "text/html, application/json",
    ],
)
def test_who_names_html_first_gets_html(accept: str) -> None:
    assert prefers_html(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "text/*",
        "application/json",
        "application/zip",
        "application/problem+json, text/html;q=0.9",
        "application/json, text/html;q=0.9",
        "text/html;q=0",
        "text/html;q=nonsense",
        ";;;,,,",
    ],
)
def test_anyone_else_gets_json(accept: str) -> None:
    assert not prefers_html(accept)
