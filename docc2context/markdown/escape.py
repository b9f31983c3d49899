"""Text that renders as itself in CommonMark and GitHub Flavored Markdown.

Only what could be taken for markup is escaped, so that ordinary prose, `snake_case` and `a < b`
stay as they are for the reader of the source.
"""

import re

_SPECIAL_ANYWHERE = "*`[]~"
"""Emphasis, code spans, links, strikethrough."""

_SPECIAL_HERE = re.compile(
    # A backslash before punctuation would escape it (CommonMark 2.4), and at the end of the text
    # punctuation may follow, once white space is stripped.
    r"\\(?=[!-/:-@\[-`{-~]|\s*$)"
    r"|_(?:(?<![^\W_]_)|(?![^\W_]))"  # `_` inside a word cannot open or close emphasis (6.2)
    r"|<(?=[A-Za-z/!?])"  # a tag, a comment or an autolink
    r"|&(?=#?\w+;)"  # an entity
)
_MAY_BE_HERE = re.compile(r"[\\_<&]").search

_MAY_BE_MARKUP = re.compile(r"[*`\[\]~\\_<&]").search
"""Finds nothing in most text: ten times as fast as looking for each kind of markup."""

_BLOCK_START = re.compile(
    r"(?P<mark>\#{1,6}(?=\s|$)"  # heading
    r"|>"  # quotation
    r"|[-+](?=\s|$)"  # list item
    r"|-(?=[-\s]*$)"  # thematic break, alone or with the marker of a list
    r"|=(?==*\s*$))"  # underline of a heading
    r"|(?P<number>\d{1,9})(?P<stop>[.)])(?=\s|$)"  # numbered list item
)

_HOME = re.compile(r"/\\~(?=[A-Za-z0-9])")
"""As in `https://example.com/~ann`, which readers copy: such a tilde cannot close, and because all
others are escaped, nothing closes it."""

_TIMES = re.compile(r"(?<=\S )\\\*(?= \S)")
"""As in `2 * 3`: between spaces, a star can neither open nor close emphasis (6.2), and behind a
word it begins no list."""

_MAY_START_BLOCK = frozenset("#>-+=0123456789")

_LINE_BREAKS = re.compile(r"[\r\n\v\f]+")


def escape(text: str) -> str:
    r"""Escape inline text; what it means at the start of a block is `block_start`'s concern.

    >>> escape("Use *one* of <T> in snake_case")
    'Use \\*one\\* of \\<T> in snake_case'
    """
    if not text.isprintable():
        text = one_line(text)
    return _escaped(text) if _MAY_BE_MARKUP(text) else text


def _escaped(text: str) -> str:
    # First what depends on its neighbours, while these are still those of the text.
    if _MAY_BE_HERE(text):
        text = _SPECIAL_HERE.sub(lambda special: f"\\{special[0]}", text)
    for special in _SPECIAL_ANYWHERE:
        text = text.replace(special, f"\\{special}")
    if " \\* " in text:
        text = _TIMES.sub("*", text)
    return _HOME.sub("/~", text) if "/\\~" in text else text


def one_line(text: str) -> str:
    """Line breaks as single spaces, as HTML shows them; NUL, which Markdown forbids, as U+FFFD."""
    if text.isprintable():
        return text
    first, *rest = _LINE_BREAKS.split(text.replace("\0", "\ufffd"))
    if not rest:
        return first
    inner = (line.strip(" \t") for line in rest[:-1])
    return " ".join([first.rstrip(" \t"), *inner, rest[-1].lstrip(" \t")])


def block_start(line: str) -> str:
    r"""A line of rendered inline content as a paragraph, never taken for another block.

    >>> block_start("1. is a number")
    '1\\. is a number'
    """
    line = line.strip(" \t")
    if line[:1] not in _MAY_START_BLOCK or (match := _BLOCK_START.match(line)) is None:
        return line
    if match["mark"]:
        return "\\" + line
    return f"{match['number']}\\{line[match.end('number') :]}"
