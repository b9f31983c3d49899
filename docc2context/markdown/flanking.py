"""What CommonMark's emphasis rules (6.2) ask of the characters beside a delimiter."""

import unicodedata
from functools import cache


@cache
def is_boundary(char: str) -> bool:
    """The edge of the line, white space, or what every version of CommonMark calls punctuation."""
    if not char or is_space(char):
        return True
    return unicodedata.category(char)[0] == "P" or (char.isascii() and may_be_punctuation(char))


@cache
def is_space(char: str) -> bool:
    """White space, as CommonMark counts it (2.1)."""
    return char in "\t\n\f\r" or unicodedata.category(char) == "Zs"


@cache
def may_be_punctuation(char: str) -> bool:
    """Punctuation or a symbol; symbols beyond ASCII count only since CommonMark 0.31 (2.1)."""
    return unicodedata.category(char)[0] in "PS"
