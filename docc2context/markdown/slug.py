"""Fragments of headings, as GitHub and most Markdown readers make them."""

import re
from unicodedata import category

LONGEST_LINKED = 1000
"""The longest fragment that links lead to, in characters. A heading may have a megabyte, and a page
as many links to it as fit: each would repeat all of it."""

_IN_WORDS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"})
r"""The categories of Ruby's `\p{Word}`, whose characters GitHub keeps. Python's `\w` lacks marks,
and with them the vowels of Hindi and Thai, and has `²` and `½`."""

_LETTERS_IN_SHAPES = re.compile(
    "[\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189]"
)
"""Letters such as `Ⓐ`: symbols by their category, but in Ruby's `\\p{Word}` too."""

_ASCII = {code: None for code in range(128) if re.match(r"[^\w\- ]", chr(code))} | {ord(" "): "-"}
"""What ASCII characters become. Nearly all headings are ASCII: this takes a third of the time."""


def slug(text: str) -> str:
    """The fragment of a heading with this plain text.

    >>> slug("Define the spec (with @Macro)")
    'define-the-spec-with-macro'
    """
    text = text.strip().lower()
    if text.isascii():
        return text.translate(_ASCII)
    return "".join(filter(_stays, text)).replace(" ", "-")


def _stays(char: str) -> bool:
    return char in "- " or category(char) in _IN_WORDS or bool(_LETTERS_IN_SHAPES.match(char))


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
