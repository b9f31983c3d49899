"""What the client accepts (RFC 9110, sections 12.5.1 and 12.5.3)."""

import re
from collections.abc import Sequence
from typing import Final

_JSON: Final = ("application/problem+json", "application/json")

_MAX_RANGES: Final = 64
_MAX_PARAMETERS: Final = 8
"""Any more are not read: browsers send ten ranges, and each costs time that all clients share."""

_WEIGHT: Final = re.compile(r"0(?:\.\d{0,3})?|\.\d{1,3}|1(?:\.0{0,3})?")
"""`.2` is not a weight by RFC 9110, but the HttpURLConnection of JDK 7 always sends it."""


def prefers_html(accept: str) -> bool:
    """Whether an Accept header names HTML, with at least the weight of JSON.

    >>> prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    True
    >>> prefers_html("*/*")
    False
    """
    weights = _weights(accept)
    html = weights.get("text/html", 0.0)
    return html > 0 and all(html >= weights.get(json, 0.0) for json in _JSON)


def names_only_error_types(accept: str) -> bool:
    """Whether an Accept header names types of errors alone, and says nothing about results.

    Clients made by OpenAPI Generator send such headers: of all types in an operation's description,
    they accept the first that is JSON.

    >>> names_only_error_types("application/problem+json")
    True
    """
    weights = _weights(accept)
    return weights.keys() <= set(_JSON) and max(weights.values()) > 0


def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """The offered media type that the client likes best; None if it accepts none of them.

    The most specific range that fits a type gives its weight. Among equal weights, the type that
    was asked for more specifically wins, and among those the one offered first. A client that sends
    no Accept header, or one without a range, takes anything.

    >>> preferred("text/markdown, */*;q=0.1", ["application/zip", "text/markdown"])
    'text/markdown'
    """
    weights = _weights(accept)
    ranked = [(_weight(media_type, weights), media_type) for media_type in offered]
    best, media_type = max(ranked, key=lambda item: item[0])
    return media_type if best[0] > 0 else None


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header names gzip.

    Unlike similar headers, one that names nothing accepts no coding.
    """
    return bool(accept_encoding.strip(" \t,")) and preferred(accept_encoding, ["gzip"]) is not None


def _weight(media_type: str, weights: dict[str, float]) -> tuple[float, int]:
    """The weight of a type, and how specific the range is that gives it."""
    ranges = ("*/*", f"{media_type.partition('/')[0]}/*", media_type)
    named = [place for place, one in enumerate(ranges) if one in weights]
    return (weights[ranges[named[-1]]], named[-1]) if named else (0.0, 0)


def _weights(accept: str) -> dict[str, float]:
    """The ranges of a header; one named with several parameters has the highest of its weights.

    Empty members of the list, such as after a last comma, are ignored (section 5.6.1).
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
    # Java sends a bare `*` for `*/*`, and in Accept-Encoding it stands for all codings.
    return "*/*" if name == "*" else name, _number(next(weights, "1"))


def _number(text: str) -> float:
    return float(text) if _WEIGHT.fullmatch(text) else 0.0
