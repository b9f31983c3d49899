import pytest

from docc2context.markdown.inline import html, safe_url


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("https://e.x/a (b)", "https://e.x/a%20%28b%29"),
        (" HTTP://e.x\n", "HTTP://e.x"),
        ("mailto:ann@e.x", "mailto:ann@e.x"),
        ("https://e.x/a\tb", "https://e.x/a%09b"),
        ("https://e.x/?a&lt;b", "https://e.x/?a&amp;lt;b"),
        ("javascript:alert('https://e.x')", None),
        ("xhttps://e.x", None),
        ("", None),
    ],
)
def test_only_addresses_of_three_schemes_are_destinations(
    url: str, destination: str | None
) -> None:
    assert safe_url(url) == destination


def test_no_content_makes_no_element() -> None:
    assert (html("sub", "2"), html("sub", "")) == ("<sub>2</sub>", "")
