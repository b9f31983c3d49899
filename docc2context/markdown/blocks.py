"""Blocks of Markdown from rendered text: headings, quotations, lists.

No block ends in a line break; `join` puts the empty line between them.
"""

from collections.abc import Iterable, Sequence

from docc2context.markdown.escape import block_start

RULE = "* * *"
"""A thematic break; made of stars, it is none too long to be read as one behind a `-` of a list."""


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
    """
    indent = " " * (len(marker) + 1)
    lines = blocks.split("\n")
    rest = (f"\n{indent}{line}" if line else "\n" for line in lines[1:])
    return f"{marker} {lines[0]}".rstrip(" ") + "".join(rest)


def bullets(lines: Iterable[str]) -> str:
    """A tight list of one-line items of rendered inline content."""
    return "\n".join(f"- {block_start(line)}" for line in lines)


def loose_or_tight(items: Sequence[str]) -> str:
    """List items with empty lines between them if one of them has an empty line inside."""
    return ("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)
