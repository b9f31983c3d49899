"""Which form of an answer the client reads (RFC 9110, section 12.5.1)."""

from typing import Final

_JSON: Final = ("application/problem+json", "application/json")


def prefers_html(accept: str) -> bool:
    """Whether an Accept header names HTML, and at least as willingly as JSON.

    >>> prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    True
    >>> prefers_html("*/*")
    False
    """
    quality = dict(map(_media_range, accept.lower().split(",")))
    html = quality.get("text/html", 0.0)
    return html > 0 and all(html >= quality.get(json, 0.0) for json in _JSON)


def _media_range(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in text.split(";"))
    weights = (part[2:] for part in parameters if part.startswith("q="))
    return name, _number(next(weights, "1"))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
