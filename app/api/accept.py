"""Which form of an answer the client reads (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Sequence
from typing import Final

_JSON: Final = ("application/problem+json", "application/json")

_MAX_RANGES: Final = 64
_MAX_PARAMETERS: Final = 8
"""What follows is not read: browsers send ten ranges, and each costs time that all share."""

_WEIGHT: Final = re.compile(r"0(?:\.\d{0,3})?|\.\d{1,3}|1(?:\.0{0,3})?")
"""`.2` is no weight by RFC 9110, and what the HttpURLConnection of JDK 7 sends each time."""


def prefers_html(accept: str) -> bool:
    """Whether an Accept header names HTML, and at least as willingly as JSON.

    >>> prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    True
    >>> prefers_html("*/*")
    False
    """
    weights = _weights(accept)
    html = weights.get("text/html", 0.0)
    return html > 0 and all(html >= weights.get(json, 0.0) for json in _JSON)


def names_errors_alone(accept: str) -> bool:
    """Whether an Accept header says how errors are wanted, and nothing of results.

    So do clients that OpenAPI Generator has made: of all types that an operation is described with
    they accept the first that is JSON.

    >>> names_errors_alone("application/problem+json")
    True
    """
    weights = _weights(accept)
    return weights.keys() <= set(_JSON) and max(weights.values()) > 0


def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """Which of the offered media types the client likes best; None if it accepts none of them.

    The most specific range that fits a type weighs it. Of types of one weight it is the one that
    was asked for more specifically, and of those the one that is offered first. Who sends no Accept
    header, or one without a range, takes anything.

    >>> preferred("text/markdown, */*;q=0.1", ["application/zip", "text/markdown"])
    'text/markdown'
    """
    weights = _weights(accept)
    ranked = [(_weight(media_type, weights), media_type) for media_type in offered]
    best, media_type = max(ranked, key=lambda item: item[0])
    return media_type if best[0] > 0 else None


def _weight(media_type: str, weights: dict[str, float]) -> tuple[float, int]:
    """How willingly a type is taken, and how specific the range is that says so."""
    ranges = ("*/*", f"{media_type.partition('/')[0]}/*", media_type)
    named = [place for place, one in enumerate(ranges) if one in weights]
    return (weights[ranges[named[-1]]], named[-1]) if named else (0.0, 0)


def _weights(accept: str) -> dict[str, float]:
    """The ranges of a header; one that is named with several parameters weighs its most.

    Members of the list that are empty, such as behind a last comma, are ignored (section 5.6.1).
    """
    weights: dict[str, float] = {}
    for text in accept.lower().split(",", _MAX_RANGES)[:_MAX_RANGES]:
        if text.strip():
            name, weight = _media_range(text)
            weights[name] = max(weight, weights.get(name, 0.0))
    return weights or {"*/*": 1.0}


def _media_range(text: str) -> tuple[str, float]:
    parts = text.split(";", _MAX_PARAMETERS)[:_MAX_PARAMETERS]
    name, *parameters = (part.strip() for part in parts)
    weights = (part[2:] for part in parameters if part.startswith("q="))
    # A bare `*` is what Java sends for `*/*`, and stands for all codings in Accept-Encoding.
    return "*/*" if name == "*" else name, _number(next(weights, "1"))


def _number(text: str) -> float:
    return float(text) if _WEIGHT.fullmatch(text) else 0.0
