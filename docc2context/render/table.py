"""Tables, whose cells hold blocks where Markdown's hold a line."""

from docc2context.markdown import blocks as md
from docc2context.markdown.tables import cell, filled_chars
from docc2context.markdown.tables import table as markdown_table
from docc2context.model.block import Table
from docc2context.render.cell import line
from docc2context.render.context import Context
from docc2context.render.grid import grid
from docc2context.render.inline import media_caption


def table(node: Table, ctx: Context) -> str:
    """A table with its caption; the caption alone if it has no cells."""
    ctx.budget.reserve(filled_chars(node.rows))
    rows = [[cell(shown) for shown in row] for row in grid(node, ctx, line)]
    header, body = (rows[0], rows[1:]) if node.header in {"row", "both"} and rows else ([], rows)
    caption = md.paragraph(media_caption(node.metadata, ctx))
    cells = markdown_table(header, body, node.alignments or ()) if any(rows) else ""
    return md.join([caption, cells])
