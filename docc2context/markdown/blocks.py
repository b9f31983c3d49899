"""Blocks of Markdown from rendered text: headings, quotations, lists.

No block ends in a line break; `join` puts the empty line between them.
"""

import re
from collections.abc import Iterable, Sequence

from docc2context.markdown.escape import block_start

RULE = "* * *"
"""A thematic break, made of stars: dashes after a list's `-` would make one break of both."""

CHECK_BOXES = {None: "", True: "[x]", False: "[ ]"}
"""What an item of a list begins with, by whether its task is done; None for an item of no task."""

_MAX_LIST_NUMBER = 999_999_999
"""CommonMark reads no list number of more than nine digits (5.2)."""

_LIST_ITEM = re.compile(r"([0-9]{0,9})([-+.)])(?![^ \n])")

_OTHER_MARKERS = {"-": "+", "+": "-", ".": ")", ")": "."}
"""The marker of a list right below one of the same kind, by the marker of that one. That of a
numbered list is what follows its numbers."""

_BEGIN_LISTS = frozenset("-+0123456789")


def join(blocks: Iterable[str]) -> str:
    r"""Blocks in order, an empty line between; empty blocks are dropped.

    Two adjacent lists stay two: CommonMark merges them if their markers are the same (5.3).

    >>> join(["1. a", "1. b", "Text", "1. c"])
    '1. a\n\n1) b\n\nText\n\n1. c'
    """
    kept = list(filter(None, blocks))
    if len(kept) == 1:
        return kept[0]
    for i, block in enumerate(kept):
        if i and block[0] in _BEGIN_LISTS:
            kept[i] = _below(kept[i - 1], block)
    return "\n\n".join(kept)


def with_list_below(text: str, items: str) -> str:
    r"""Text and a list below it, which together are an item of another list.

    That other list stays tight if no empty line stands between the two (CommonMark 5.3). None need
    stand there if the text is a single line, and the list can interrupt a paragraph: a numbered one
    must begin with 1, and the first item must not be empty (5.2).

    >>> with_list_below("a", "- b"), with_list_below("a", "2. b"), with_list_below("", "- b")
    ('a\n- b', 'a\n\n2. b', '- b')
    """
    if text and "\n" not in text and items.startswith(("- ", "1. ")):
        return f"{text}\n{items}"
    return join([text, items])


def _below(above: str, block: str) -> str:
    r"""A block, its first lists with other markers if the one above ends in such a list.

    >>> _below("- a", "- b\n\n+ c\n\nd\n\n- e")
    '+ b\n\n- c\n\nd\n\n- e'
    """
    marker = _list_marker(_last_line_at_margin(above))
    if not marker or marker != _list_marker(block):
        return block
    markers = {marker, _OTHER_MARKERS[marker]}
    lines = block.split("\n")
    for i, line in enumerate(lines):
        if not line or line[0] == " ":
            continue
        if _list_marker(line) not in markers:
            break
        lines[i] = _LIST_ITEM.sub(lambda item: item[1] + _OTHER_MARKERS[item[2]], line, count=1)
    return "\n".join(lines)


def _list_marker(line: str) -> str:
    """The marker of the list item that a line begins, or what follows its number; empty if none.

    >>> _list_marker("- a"), _list_marker("12) b"), _list_marker("12- c"), _list_marker("-5")
    ('-', ')', '', '')
    """
    item = _LIST_ITEM.match(line)
    return item[2] if item and (item[2] in "-+") == (not item[1]) else ""


def _last_line_at_margin(text: str) -> str:
    """The last line of a text that is neither empty nor indented; empty if there is none."""
    end = len(text)
    while end >= 0:
        start = text.rfind("\n", 0, end) + 1
        if start < end and text[start] != " ":
            return text[start:end]
        end = start - 1
    return ""


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
    """Blocks after a list marker, later lines indented to belong to the item.

    An item without content is the marker alone. One that begins with code keeps its indentation.
    One that begins with empty items begins on its second line: `- - -` is a thematic break.
    """
    lines = blocks.split("\n")
    if lines[0].count(marker) > 1 and not lines[0].replace(marker, "").strip(" "):
        lines.insert(0, "")
    first = f"{marker} {lines[0]}".rstrip(" ")
    if len(lines) == 1:
        return first
    indent = " " * (len(marker) + 1)
    return first + "".join([f"\n{indent}{line}" if line else "\n" for line in lines[1:]])


def first_number(wanted: int, items: int) -> int:
    """The number of a list's first item: `wanted`, or 1 if a number in the list would not be read.

    >>> first_number(7, 2), first_number(-1, 2), first_number(999_999_999, 2)
    (7, 1, 1)
    """
    return wanted if 0 <= wanted <= _MAX_LIST_NUMBER - items else 1


def bullets(lines: Iterable[str]) -> str:
    r"""A tight list of one-line items of rendered inline content; empty ones are dropped.

    Below a line of text, an empty item would make that a heading (CommonMark 4.3).

    >>> bullets(["a", "", "b"])
    '- a\n- b'
    """
    return "\n".join([f"- {block_start(line)}" for line in lines if line.strip()])


def loose_or_tight(items: Sequence[str]) -> str:
    """List items with empty lines between them if one of them has an empty line inside."""
    return ("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)
