"""Headers that are lists, and may be sent in several lines."""

from starlette.datastructures import Headers


def combined(headers: Headers, name: str) -> str:
    """All lines of a header as one, which says the same (RFC 9110, section 5.3); empty without any.

    >>> combined(Headers(raw=[(b"accept", b"text/html"), (b"accept", b"*/*")]), "Accept")
    'text/html, */*'
    """
    return ", ".join(headers.getlist(name))
