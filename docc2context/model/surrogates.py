"""Lone halves of surrogate pairs: escapes in JSON that no text can hold."""

import re

LONE_SURROGATE = "malformed:surrogate"
"""The kind under which they are counted; each costs a character, and no node."""

_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair
    rb"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|\\.",  # any other escape, so that the second of two backslashes does not begin one
    re.DOTALL,
)
_REPLACEMENT = rb"\ufffd"


def mended(data: bytes) -> tuple[bytes, int]:
    r"""JSON with U+FFFD for each lone surrogate, as web pages show them, and how many there were.

    >>> mended(rb'["\ud83d", "\ud83d\ude00", "\\ud83d"]')
    (b'["\\ufffd", "\\ud83d\\ude00", "\\\\ud83d"]', 1)
    """
    whole = _ESCAPE.sub(lambda escape: _REPLACEMENT if escape["lone"] else escape[0], data)
    return whole, whole.count(_REPLACEMENT) - data.count(_REPLACEMENT)
