"""The cells of a table as Markdown shows them, which has neither spans nor header columns."""

import re
from collections.abc import Callable, Sequence

from docc2context.model.block import Block, Table, TableSpan
from docc2context.render.context import Context
from docc2context.render.inline import bold

_PLACE = re.compile(r"([0-9]{1,9})_([0-9]{1,9})")
"""Row and column of a cell; longer numbers belong to no cell, and would take long to read."""

_COVERED_ROW_CHARS = 16
"""What each row that a span covers takes off a page's budget, filled or not: it takes time."""

ShowCell = Callable[[Sequence[Block], Context], str]


def grid(
    node: Table, ctx: Context, show: ShowCell, *, bold_header_row: bool = False
) -> list[list[str]]:
    """The shown cells, row by row.

    One that covers others is repeated in them, so that each row can be read by itself. Cells of a
    header column are set in bold, and those of a header row if no table is there to mark them.
    """
    header_column = node.header in {"column", "both"}
    header_row = bold_header_row and node.header in {"row", "both"}
    rows = [
        [
            _bold(content, ctx, show)
            if (header_column and left == 0) or (header_row and top == 0)
            else show(content, ctx)
            for left, content in enumerate(row)
        ]
        for top, row in enumerate(node.rows)
    ]
    _fill_spans(node, rows, ctx)
    return rows


def _bold(content: Sequence[Block], ctx: Context, show: ShowCell) -> str:
    with ctx.inside_bold():
        shown = show(content, ctx)
    return bold(shown, ctx)


def _fill_spans(node: Table, rows: list[list[str]], ctx: Context) -> None:
    """Repeat each cell that spans others in those that it covers."""
    for key, span in (node.extended_data or {}).items():
        place = _place(key, rows)
        if place is not None and max(span.colspan, span.rowspan) > 1:
            _fill_span(place, span, rows, ctx)


def _place(key: str, rows: list[list[str]]) -> tuple[int, int] | None:
    """The row and the column that a key names; None if the table has no such cell."""
    numbers = _PLACE.fullmatch(key)
    if numbers is None:
        return None
    top, left = map(int, numbers.groups())
    return (top, left) if top < len(rows) and left < len(rows[top]) else None


def _fill_span(
    place: tuple[int, int], span: TableSpan, rows: list[list[str]], ctx: Context
) -> None:
    top, left = place
    shown = rows[top][left]
    covered_rows = rows[top : top + span.rowspan]
    # Each is looked at, and may be too short to be filled.
    ctx.budget.reserve(len(covered_rows) * _COVERED_ROW_CHARS)
    for row in covered_rows:
        covered = range(left, min(left + span.colspan, len(row)))
        # Even where something stands already: any number of spans can cover all cells.
        ctx.budget.reserve(len(covered) * (len(shown) or 1))
        for i in covered:
            row[i] = row[i] or shown
