"""GitHub Flavored Markdown tables."""

import re
from collections.abc import Sequence

_LINE_BREAKS = re.compile(r"\n+")
_BETWEEN = " | "
_RULES = {"left": ":--", "center": ":-:", "right": "--:"}


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], alignments: Sequence[str] = ()
) -> str:
    """A table of one-line cells of rendered inline content.

    Short rows are filled up. An alignment is `left`, `center`, `right`, or anything else for none.
    """
    width = max(map(len, [header, *rows])) or 1
    rule = [_RULES.get(alignments[i] if i < len(alignments) else "", "---") for i in range(width)]
    return "\n".join(_line(row, width) for row in (header, rule, *rows))


def cell(content: str) -> str:
    r"""Rendered inline content or blocks as one cell.

    GFM splits cells at every bare `|`, in code spans too, and reads `\|` as the character.
    """
    content = _LINE_BREAKS.sub("<br>", content.strip())
    return content.replace("|", "\\|")


def filled_chars(rows: Sequence[Sequence[object]]) -> int:
    """The fewest characters that a table of these rows takes: all are as long as the longest."""
    return len(rows) * max(map(len, rows), default=0) * len(_BETWEEN)


def _line(cells: Sequence[str], width: int) -> str:
    filled = [*cells, *([""] * (width - len(cells)))]
    return f"| {_BETWEEN.join(filled)} |"
