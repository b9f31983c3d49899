"""Where one rendered piece of a line meets the next, and neither was rendered for the other.

Text is escaped piece by piece. What begins in one and ends in another is unescaped in both, and
would be markup in the line: `<` and `b>` a tag, `&` and `lt;` an entity, `!` and a link an image.
"""

import re
from string import ascii_letters, digits

from docc2context.markdown.flanking import is_boundary

APART = "<!-- -->"
"""Keeps apart what no escape can, and is not shown."""

_MARKS = frozenset("_*")
"""At either end of a piece, these are emphasis; in text, they are escaped there."""

COMPLETING = frozenset(ascii_letters + digits + "#;/!?") | _MARKS
"""First characters that may complete what the piece before begins; others do only after `OPEN`."""

OPEN = frozenset("!") | _MARKS
"""Last characters that almost anything may complete; `ends_in_code` recognises code."""

_OPENS_TAG = frozenset(ascii_letters + "/!?")
_OPEN_ENTITY = re.compile(r"&#?[0-9A-Za-z]*;?")
_ESCAPE = re.compile(r"\\.")


def apart(before: str, first: str) -> str:
    r"""A piece, with anything needed to keep it apart from one that begins with `first`.

    >>> apart("a <", "b"), apart("R&", "D"), apart("Oh!", "["), apart("a <", "5"), apart("Oh!", "b")
    ('a \\<', 'R\\&', 'Oh\\!', 'a <', 'Oh!')
    """
    last = before[-1]
    if first in _MARKS:
        return before + APART if last == first or not is_boundary(last) else before
    if last in _MARKS:
        meant = not is_boundary(first) and not _is_escaped(before, len(before) - 1)
        return before + APART if meant else before
    if (last == "!" and first == "[") or (last == "<" and first in _OPENS_TAG):
        return f"{before[:-1]}\\{last}"
    start = before.rfind("&")
    if start < 0 or not _OPEN_ENTITY.fullmatch(before + first, start) or _is_escaped(before, start):
        return before
    return f"{before[:start]}\\{before[start:]}"


def ends_in_code(piece: str) -> bool:
    r"""Whether a piece that ends in a backtick ends in a code span, which a second one would join.

    Any bare backtick belongs to code; one that is escaped, as in text, ends nothing.

    >>> ends_in_code("`a\\`"), ends_in_code("a\\`")
    (True, False)
    """
    return "`" in _ESCAPE.sub("", piece)


def _is_escaped(text: str, place: int) -> bool:
    """Whether an odd number of backslashes precedes a place outside code."""
    return (place - len(text[:place].rstrip("\\"))) % 2 == 1
