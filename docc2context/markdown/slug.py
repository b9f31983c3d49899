"""Fragments of headings, as GitHub and most Markdown readers make them."""

import re

LONGEST_LINKED = 1000
"""The longest fragment that links lead to, in characters. A heading may have a megabyte, and a page
as many links to it as fit: each would repeat all of it."""

_DROPPED = re.compile(r"[^\w\- ]")
_ASCII = {code: None for code in range(128) if _DROPPED.match(chr(code))} | {ord(" "): "-"}
"""What becomes of characters in ASCII, as nearly all headings are; a third of the time."""


def slug(text: str) -> str:
    """The fragment of a heading with this plain text.

    >>> slug("Define the spec (with @Macro)")
    'define-the-spec-with-macro'
    """
    text = text.strip().lower()
    if text.isascii():
        return text.translate(_ASCII)
    return _DROPPED.sub("", text).replace(" ", "-")


class Slugs:
    """Fragments within one page: a second heading of the same text gets `-1`, a third `-2`."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def add(self, base: str) -> str:
        """The fragment of the next heading, whose text alone would give `base`."""
        fragment = base
        while fragment in self._seen:
            self._seen[base] += 1
            fragment = f"{base}-{self._seen[base]}"
        self._seen[fragment] = 0
        return fragment
