"""Joins rendered inline content and marks it as emphasis, links and images."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.markdown.flanking import is_boundary, is_space, may_be_punctuation
from docc2context.markdown.seams import APART, COMPLETING, OPEN, apart, ends_in_code

_SAFE_SCHEME = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_UNSAFE_IN_DESTINATION = re.compile(r'[\x00-\x20\x7f"()<>\\`|\[\]]|&(?=#?\w+;)|%(?![0-9A-Fa-f]{2})')

_CODE = re.compile(r"(?<!`)(`{1,2})([^`]+)\1(?!`)")

_NO_DELIMITERS = re.compile(r"\\.|(`++).*?(?<!`)\1(?!`)|\]\([^)]*\)|(?<= )\*(?= )")
"""What holds no delimiters: escapes, code, destinations, and a star between spaces, which is text.

It is as short as this because no other `]` or backtick stands bare in rendered content."""

_LOOSE_UNDERSCORE = re.compile(r"_(?:(?<![^\W_]_)|(?![^\W_]))")
"""One outside words; inside a word, it cannot be a delimiter."""

HARD_BREAK = "<br>"
"""A line break that is shown. Markdown's own would end the line, and with it a cell or a bullet."""

Style = Literal["emphasis", "strong"]

_DELIMITERS: dict[Style, tuple[str, ...]] = {"emphasis": ("_", "*"), "strong": ("**",)}
_TAGS: dict[Style, str] = {"emphasis": "em", "strong": "strong"}


class Styled(NamedTuple):
    """Rendered content whose delimiters depend on what will stand beside it."""

    style: Style
    content: str


def join(pieces: Sequence[str | Styled]) -> str:
    """One line of Markdown from rendered pieces, in order; takes linear time.

    Emphasis gets delimiters where CommonMark's flanking rules (6.2) let them work, otherwise HTML
    tags, as in the middle of `**(a)**b`.
    """
    line: list[str] = []
    last = ""
    end = ""  # as `last`, but empty after a style, whose delimiters suit what follows
    following: Sequence[str] = ()
    for place, piece in enumerate(pieces):
        if isinstance(piece, str):
            if not piece:
                continue
            text, first = piece, piece[0]
            if end == "`":
                if first == "`" and ends_in_code(line[-1]):
                    line.append(APART)  # two code spans would become one
            elif end and (first in COMPLETING or end in OPEN):
                line[-1] = apart(line[-1], first)
            last = end = text[-1]
        else:
            following = following or _right_neighbours(pieces)
            text = _styled(piece, last, following[place])
            if not text:
                continue
            last, end = text[-1], ""
        line.append(text)
    return "".join(line)


def with_code(text: str) -> str:
    r"""Plain text in which an author's backticks mean code, as one line.

    >>> with_code("`xcodebuild`-related *issues*")
    '`xcodebuild`-related \\*issues\\*'
    """
    if "`" not in text:
        return escape(text)
    pieces = split_code(text)
    return join([code_span(piece) if i % 2 else escape(piece) for i, piece in enumerate(pieces)])


def split_code(text: str) -> list[str]:
    """Plain text and what stands between backticks in it, or between pairs of them, alternating.

    >>> split_code("Use `nap()` of ``Sloth``.")
    ['Use ', 'nap()', ' of ', 'Sloth', '.']
    """
    pieces = _CODE.split(text)
    del pieces[1::3]  # the backticks
    return pieces


def _right_neighbours(pieces: Sequence[str | Styled]) -> list[str]:
    """For each piece the character that will follow it; empty at the end.

    A style counts as the punctuation that it will begin with.
    """
    following = [""] * len(pieces)
    for i in range(len(pieces) - 1, 0, -1):
        following[i - 1] = _first_char(pieces[i]) or following[i]
    return following


def _first_char(piece: str | Styled) -> str:
    if isinstance(piece, str):
        return piece[:1]
    if piece.content.strip() and not piece.content[0].isspace():
        return _DELIMITERS[piece.style][0][0]
    return piece.content[:1]


def html(tag: str, content: str) -> str:
    """Content in an HTML element that Markdown has no mark for, such as `sub`."""
    return f"<{tag}>{content}</{tag}>" if content else ""


def link(text: str, destination: str) -> str:
    """A link with rendered text, which holds no other link, to an already safe destination."""
    return f"[{text}]({destination})"


def image(alternative_text: str, destination: str) -> str:
    """An image with rendered alternative text, at an already safe destination."""
    return f"![{alternative_text}]({destination})"


def safe_url(url: str) -> str | None:
    """An absolute URL as a destination; None unless it is http, https or mailto.

    >>> safe_url("https://example.com/a (b)"), safe_url("javascript:alert(1)")
    ('https://example.com/a%20%28b%29', None)
    """
    url = url.strip()
    return destination(url) if _SAFE_SCHEME.match(url) else None


def destination(url: str) -> str:
    """A destination in which nothing ends it or is taken for markup.

    Percent-encoded, except an `&` that begins an entity: encoded, it would separate nothing.
    """
    return _UNSAFE_IN_DESTINATION.sub(
        lambda match: "&amp;" if match[0] == "&" else f"%{ord(match[0]):02X}", url
    )


def _styled(piece: Styled, left: str, right: str) -> str:
    content = piece.content.strip()
    if not content:
        return piece.content
    lead, _, trail = piece.content.partition(content)
    left, right = lead[-1:] or left, trail[:1] or right
    for delimiter in _DELIMITERS[piece.style]:
        if _works(delimiter[0], left, content, right):
            return f"{lead}{delimiter}{content}{delimiter}{trail}"
    return f"{lead}{html(_TAGS[piece.style], content)}{trail}"


def _works(mark: str, left: str, content: str, right: str) -> bool:
    """Whether `mark` around `content` opens and closes emphasis between these neighbours."""
    first, last = content[0], content[-1]
    if mark in (left, first, last, right) or is_space(first) or is_space(last):
        return False
    if mark in content and _is_in_use(mark, content):
        return False
    opens = is_boundary(left) or (mark == "*" and not may_be_punctuation(first))
    closes = is_boundary(right) or (mark == "*" and not may_be_punctuation(last))
    return opens and closes


def _is_in_use(mark: str, content: str) -> bool:
    """Whether this mark is a delimiter in rendered content: it could close the one around it."""
    bare = _NO_DELIMITERS.sub(" ", content)
    return mark in bare if mark == "*" else _LOOSE_UNDERSCORE.search(bare) is not None
