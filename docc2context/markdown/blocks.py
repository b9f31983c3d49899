"""Blocks of Markdown from rendered text: headings, quotations, lists.

No block ends in a line break; `join` puts the empty line between them.
"""

from collections.abc import Iterable, Iterator, Sequence

from docc2context.markdown.escape import block_start

RULE = "* * *"
"""A thematic break; made of stars, it is none too long to be read as one behind a `-` of a list."""

_MAX_LIST_NUMBER = 999_999_999
"""CommonMark reads no list number of more than nine digits (5.2)."""

_OTHER_MARKERS = {"-": "+", ".": ")"}


def join(blocks: Iterable[str]) -> str:
    """Blocks in order, an empty line between; empty ones take no room."""
    return "\n\n".join(filter(None, blocks))


def paragraph(line: str) -> str:
    """A line of rendered inline content as a paragraph."""
    return block_start(line)


def heading(level: int, line: str) -> str:
    """A heading of rendered inline content; empty for no content. Levels end at 6."""
    line = line.strip()
    if not line:
        return ""
    if line.endswith("#"):
        line = f"{line[:-1]}\\#"  # a closing run of # would be dropped (CommonMark 4.2)
    return f"{'#' * min(level, 6)} {line}"


def quotation(blocks: str) -> str:
    """Blocks as a quotation."""
    return "\n".join(f"> {line}" if line else ">" for line in blocks.split("\n"))


def list_item(marker: str, blocks: str) -> str:
    """Blocks behind a list marker, later lines indented to stand in the item.

    An item without content is the marker alone. One that begins with code keeps its indentation.
    One that begins with empty items begins on its second line: `- - -` is a thematic break.
    """
    indent = " " * (len(marker) + 1)
    lines = blocks.split("\n")
    if lines[0].count(marker) > 1 and not lines[0].replace(marker, "").strip(" "):
        lines.insert(0, "")
    rest = (f"\n{indent}{line}" if line else "\n" for line in lines[1:])
    return f"{marker} {lines[0]}".rstrip(" ") + "".join(rest)


def first_number(wanted: int, items: int) -> int:
    """The number of a list's first item: what is wanted, or 1 if a number would not be read.

    >>> first_number(7, 2), first_number(-1, 2), first_number(999_999_999, 2)
    (7, 1, 1)
    """
    return wanted if 0 <= wanted <= _MAX_LIST_NUMBER - items else 1


def bullets(lines: Iterable[str], marker: str = "-") -> str:
    """A tight list of one-line items of rendered inline content."""
    return "\n".join(f"{marker} {block_start(line)}" for line in lines)


def marker_below(above: str, usual: str = "-") -> str:
    """The marker for a list below other blocks: not `usual` if they end in a list that has it.

    CommonMark would else take both for one list (5.3). A numbered list is told by what stands
    behind its numbers, `.` or `)`.

    >>> marker_below("- a"), marker_below("+ a"), marker_below("1. a", "."), marker_below("a")
    ('+', '-', ')', '-')
    """
    last = next((line for line in _lines_upwards(above) if line and line[0] != " "), "")
    marker = last.lstrip("0123456789")[:2].rstrip(" ")
    return _OTHER_MARKERS[usual] if marker == usual else usual


def _lines_upwards(text: str) -> Iterator[str]:
    """The lines of a text, the last one first."""
    end = len(text)
    while end >= 0:
        start = text.rfind("\n", 0, end) + 1
        yield text[start:end]
        end = start - 1


def loose_or_tight(items: Sequence[str]) -> str:
    """List items with empty lines between them if one of them has an empty line inside."""
    return ("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)
