"""Who reads what."""

import pytest

from app.api.accept import names_only_error_types, preferred, prefers_html


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
def test_a_client_that_prefers_html_gets_html(accept: str) -> None:
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
        ",",
    ],
)
def test_every_other_client_gets_json(accept: str) -> None:
    assert not prefers_html(accept)


ZIP, DOCUMENT = "application/zip", "text/markdown"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", ZIP),
        ("*/*", ZIP),
        ("application/*", ZIP),
        ("text/*", DOCUMENT),
        ("text/markdown", DOCUMENT),
        ("Text/Markdown; charset=utf-8", DOCUMENT),
        ("text/markdown;variant=GFM;q=0.3", DOCUMENT),
        ("text/markdown, text/markdown;variant=GFM;q=0.3, application/zip;q=0.5", DOCUMENT),
        ("text/markdown, */*", DOCUMENT),
        ("*/*, application/zip;q=0.5", DOCUMENT),
        ("text/markdown;q=0.5, */*;q=0.6", ZIP),
        ("text/markdown;q=0.5, application/zip;q=0.4", DOCUMENT),
        ("text/markdown;q=0.4, application/zip;q=0.5", ZIP),
        ("text/markdown, application/zip", ZIP),
        ("text/markdown;q=0, */*", ZIP),
        ("text/*;q=0.9, text/markdown;q=0.1, application/zip;q=0.5", ZIP),
        ("application/zip;q=0, */*;q=0.1", DOCUMENT),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", ZIP),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", ZIP),
        ("*", ZIP),
        (",", ZIP),
        (" , ,\t", ZIP),
        (",, text/markdown,", DOCUMENT),
        ("text/markdown;q=.25, application/zip;q=.2", DOCUMENT),
        ("*;q=0, text/markdown", DOCUMENT),
        ("text/markdown;q=1.0, application/zip;q=0.9", DOCUMENT),
        ("text/markdown;q=1.000", DOCUMENT),
        ("text/markdown;q=1.", DOCUMENT),
        ("application/json", None),
        ("text/html", None),
        ("text/markdown;q=0", None),
        ("*/*;q=0", None),
        ("*;q=.0", None),
        ("text/markdown;q=.", None),
        ("text/markdown;q=1.001", None),
        ("text/markdown;q=1.0000", None),
        ("text/markdown;q=.1234", None),
        ("text/markdown;q=nonsense", None),
        ("text/markdown;q=nan, application/zip;q=inf", None),
        (";;;,,,", None),
    ],
)
def test_the_offered_type_with_the_highest_weight_is_chosen(
    accept: str, media_type: str | None
) -> None:
    assert preferred(accept, [ZIP, DOCUMENT]) == media_type


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/markdown" + ",a/b;q=0" * 10_000, DOCUMENT),
        ("a/b," * 10_000 + "text/markdown", None),
        ("text/markdown;q=0.5" + ";a=b" * 10_000 + ", application/zip;q=0.4", DOCUMENT),
    ],
    ids=["known first", "known last", "parameters"],
)
def test_of_a_header_of_thousands_of_ranges_the_first_are_read(
    accept: str, media_type: str | None
) -> None:
    assert preferred(accept, [ZIP, DOCUMENT]) == media_type


@pytest.mark.parametrize(
    "accept",
    [
        "application/problem+json",
        "application/json",
        "Application/JSON;q=0.5, application/problem+json;q=0",
        "application/json,",
        ", ,application/json",
    ],
)
def test_an_accept_header_of_json_alone_is_about_errors(accept: str) -> None:
    assert names_only_error_types(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        ",",
        "*/*",
        "text/html",
        "application/problem+json;q=0",
        "application/problem+json, text/plain",
        "application/json, */*;q=0",
    ],
)
def test_any_other_accept_header_is_about_results_too(accept: str) -> None:
    assert not names_only_error_types(accept)
