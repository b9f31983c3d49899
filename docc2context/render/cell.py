"""Blocks on one line, for a cell of a table: one function per kind of node, and one table of them.

A cell can hold inline content and `<br>`. What other blocks express by their shape, bold words and
signs express here.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from docc2context.markdown import blocks as md
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.markdown.inline import join, with_code
from docc2context.model.block import (
    Aside,
    Block,
    CodeExample,
    CodeListing,
    DictionaryExample,
    EndpointExample,
    Heading,
    Links,
    ListItem,
    OrderedList,
    OverviewCard,
    Paragraph,
    Row,
    Small,
    Step,
    Table,
    TabNavigator,
    TermList,
    TermListItem,
    ThematicBreak,
    UnknownBlock,
    UnorderedList,
    Video,
)
from docc2context.model.reference import FileReference
from docc2context.render.context import TOO_DEEP, Context
from docc2context.render.grid import grid
from docc2context.render.inline import bold, bold_inlines, inlines, media, media_caption
from docc2context.render.page_lists import page_lines
from docc2context.render.remarks import marked_lines, unknown_kind
from docc2context.render.steps import code_file, pictures

_INDENT = "\u2003"
"""What tells that a line continues an item of a list, or is a list within it: an em space, because
HTML shows other spaces as one and those at the beginning of a line not at all."""


def line(nodes: Sequence[Block] | None, ctx: Context) -> str:
    """Blocks on one line, in order."""
    if not nodes:
        return ""
    if not ctx.enter():
        return TOO_DEEP
    try:
        return _with_breaks(_block(node, ctx) for node in nodes)
    finally:
        ctx.leave()


def _with_breaks(lines: Iterable[str]) -> str:
    """Lines with a break between each two; empty ones are dropped."""
    return "<br>".join(filter(None, lines))


def _block(node: Block, ctx: Context) -> str:
    match node:
        case Paragraph() | Small():
            return inlines(node.inline_content, ctx).strip()
        case Heading():
            return bold(with_code(node.text), ctx)
        case Aside():
            return _headed(_label(node.name or node.style.capitalize(), ctx), node.content, ctx)
        case CodeListing():
            return _code_listing(node, ctx)
        case UnorderedList() | OrderedList():
            return _with_breaks(_list_lines(node, ctx))
        case TermList():
            return _term_list(node, ctx)
        case Table():
            return _table(node, ctx)
        case Step():
            return _step(node, ctx)
        case EndpointExample():
            return _endpoint_example(node, ctx)
        case DictionaryExample():
            return _with_breaks([line(node.summary, ctx), _code_example(node.example)])
        case Row():
            return _with_breaks(line(column.content, ctx) for column in node.columns)
        case OverviewCard():
            return _with_breaks([line(node.head, ctx), line(node.content, ctx)])
        case TabNavigator():
            tabs = [_headed(_label(tab.title, ctx), tab.content, ctx) for tab in node.tabs]
            return _with_breaks(tabs)
        case Links():
            return _with_breaks(f"• {page}" for page in page_lines(node.items, ctx))
        case Video():
            return media(node.identifier, node.metadata, ctx)
        case ThematicBreak():
            return "—"
        case UnknownBlock():
            return _with_breaks([unknown_kind(node.name), line(node.content, ctx)])
        case _:
            assert_never(node)


def _label(words: str, ctx: Context) -> str:
    return bold(escape(f"{words}:"), ctx) if words else ""


def _headed(head: str, content: Sequence[Block] | None, ctx: Context) -> str:
    """A label or a term, followed on its line by what is said of it."""
    return " ".join(filter(None, [head, line(content, ctx)]))


def _code_listing(node: CodeListing, ctx: Context) -> str:
    caption = media_caption(node.metadata, ctx)
    return _with_breaks([caption, _code(node.code), *marked_lines(node)])


def _list_lines(node: UnorderedList | OrderedList, ctx: Context) -> Iterator[str]:
    """The lines of a list: each item's first one after its marker, the others indented."""
    for marker, item in zip(_markers(node), node.items, strict=True):
        first, *rest = _item_lines(item, ctx) or [""]
        yield " ".join(filter(None, [marker, md.CHECK_BOXES[item.checked], first]))
        yield from (f"{_INDENT}{text}" for text in rest)


def _markers(node: UnorderedList | OrderedList) -> list[str]:
    if isinstance(node, UnorderedList):
        return ["•"] * len(node.items)
    start = md.first_number(node.start, len(node.items))
    return [f"{start + i}." for i in range(len(node.items))]


def _item_lines(item: ListItem, ctx: Context) -> list[str]:
    """The lines of what an item holds: those of lists in it, and one for each other block."""
    if not item.content:
        return []
    if not ctx.enter():
        return [TOO_DEEP]
    try:
        lines: list[str] = []
        for node in item.content:
            if isinstance(node, UnorderedList | OrderedList):
                lines += _list_lines(node, ctx)
            else:
                lines.append(_block(node, ctx))
    finally:
        ctx.leave()
    return list(filter(None, lines))


def _term_list(node: TermList, ctx: Context) -> str:
    return _with_breaks(_term_list_item(item, ctx) for item in node.items)


def _term_list_item(item: TermListItem, ctx: Context) -> str:
    term = join([bold_inlines(item.term.inline_content, ctx)]).strip()
    head = f"{term}:" if term else ""
    said = _headed(head, item.definition.content, ctx)
    return term if said == head else said


def _table(node: Table, ctx: Context) -> str:
    """A table in a cell: its rows as lines, a dot between their cells."""
    rows = grid(node, ctx, line, bold_header_row=True)
    return _with_breaks([media_caption(node.metadata, ctx), *map(" · ".join, rows)])


def _step(node: Step, ctx: Context) -> str:
    file = code_file(node, ctx, lambda file, change: _whole_file(file, change, ctx))
    shown = [line(node.content, ctx), file, *pictures(node, ctx), line(node.caption, ctx)]
    return _with_breaks(shown)


def _whole_file(file: FileReference, change: str, ctx: Context) -> str:
    return _with_breaks([bold(escape(file.file_name), ctx) + change, _code(file.content)])


def _endpoint_example(node: EndpointExample, ctx: Context) -> str:
    request = [_label("Request", ctx), _code_example(node.request)]
    response = [_label("Response", ctx), _code_example(node.response)]
    return _with_breaks([line(node.summary, ctx), *request, *response])


def _code_example(example: CodeExample) -> str:
    return _with_breaks(_code(part.code) for part in example.content)


def _code(lines: Iterable[str]) -> str:
    return _with_breaks(map(code_span, lines))
