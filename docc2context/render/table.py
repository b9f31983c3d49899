"""Tables, whose cells hold blocks where Markdown's hold a line."""

from collections.abc import Callable, Sequence

from docc2context.markdown import blocks as md
from docc2context.markdown.code import code_span
from docc2context.markdown.inline import join
from docc2context.markdown.tables import cell
from docc2context.markdown.tables import table as markdown_table
from docc2context.model.block import (
    Block,
    CodeListing,
    OrderedList,
    Paragraph,
    Table,
    UnorderedList,
)
from docc2context.render.context import Context
from docc2context.render.inline import bold, inlines, media_caption

RenderBlocks = Callable[[Sequence[Block] | None, Context], str]


def table(node: Table, ctx: Context, blocks: RenderBlocks) -> str:
    """A table with its caption.

    Markdown has neither spans nor header columns: a cell that covers others is repeated in them,
    so that each row can be read by itself, and cells of a header column are set in bold.
    """
    show = _bold if node.header in {"column", "both"} else _line
    rows = [
        [cell((_line if i else show)(content, ctx, blocks)) for i, content in enumerate(row)]
        for row in node.rows
    ]
    _fill_spans(node, rows, ctx)
    header, body = (rows[0], rows[1:]) if node.header in {"row", "both"} and rows else ([], rows)
    caption = md.paragraph(media_caption(node.metadata, ctx))
    return md.join([caption, markdown_table(header, body, node.alignments or ())])


def _fill_spans(node: Table, rows: list[list[str]], ctx: Context) -> None:
    for key, span in (node.extended_data or {}).items():
        row, _, column = key.partition("_")
        if not (row.isdecimal() and column.isdecimal()) or max(span.colspan, span.rowspan) < 2:
            continue
        top, left = int(row), int(column)
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for covered in rows[top : top + span.rowspan]:
            for i in range(left, min(left + span.colspan, len(covered))):
                covered[i] = covered[i] or ctx.spend(rows[top][left] or " ").strip()


def _bold(content: Sequence[Block], ctx: Context, blocks: RenderBlocks) -> str:
    with ctx.inside_bold():
        line = _line(content, ctx, blocks)
    return join([bold(line, ctx)])


def _line(content: Sequence[Block], ctx: Context, blocks: RenderBlocks) -> str:
    """Blocks on one line: what a table cell can hold is inline content and `<br>`."""
    return "<br>".join(filter(None, (_one(node, ctx, blocks) for node in content)))


def _one(node: Block, ctx: Context, blocks: RenderBlocks) -> str:
    match node:
        case Paragraph():
            return inlines(node.inline_content, ctx).strip()
        case CodeListing():
            return "<br>".join(code_span(line) for line in node.code if line)
        case UnorderedList():
            return "<br>".join(f"• {_line(item.content, ctx, blocks)}" for item in node.items)
        case OrderedList():
            numbered = enumerate(node.items, node.start)
            return "<br>".join(f"{i}. {_line(item.content, ctx, blocks)}" for i, item in numbered)
        case _:
            return blocks([node], ctx)
