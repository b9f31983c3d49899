"""Block content: one function per kind of node, and one table of them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import assert_never

from docc2context.markdown import blocks as md
from docc2context.markdown.inline import join
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
    ThematicBreak,
    UnknownBlock,
    UnorderedList,
    Video,
)
from docc2context.model.reference import FileReference
from docc2context.render.context import TOO_DEEP, Context
from docc2context.render.inline import bold_inlines, inlines, media, media_caption
from docc2context.render.listing import listing
from docc2context.render.page_lists import page_links
from docc2context.render.remarks import bold_label, marked_lines, unknown_kind
from docc2context.render.steps import code_file, pictures
from docc2context.render.table import table


def blocks(nodes: Sequence[Block] | None, ctx: Context) -> str:
    """Blocks in order, an empty line between."""
    if not nodes:
        return ""
    if not ctx.enter():
        return TOO_DEEP
    try:
        return ctx.budget.spend(md.join([_block(node, ctx) for node in nodes]))
    finally:
        ctx.leave()


def _block(node: Block, ctx: Context) -> str:
    match node:
        case Paragraph():
            return md.paragraph(inlines(node.inline_content, ctx))
        case Heading():
            level = max(node.level + ctx.demotion, ctx.top_level)
            return ctx.heading(level, node.text, node.anchor)
        case CodeListing():
            return _code_listing(node, ctx)
        case Aside():
            return _aside(node, ctx)
        case UnorderedList():
            return _bullet_list(node, ctx)
        case OrderedList():
            return _numbered_list(node, ctx)
        case TermList():
            return _term_list(node, ctx)
        case Table():
            return table(node, ctx)
        case Step():
            return _step(node, ctx)
        case EndpointExample():
            return _endpoint_example(node, ctx)
        case DictionaryExample():
            return md.join([blocks(node.summary, ctx), _code_example(node.example)])
        case Row():
            return blocks([block for column in node.columns for block in column.content], ctx)
        case OverviewCard():
            return md.join([blocks(node.head, ctx), blocks(node.content, ctx)])
        case TabNavigator():
            return _tabs(node, ctx)
        case Small():
            return md.paragraph(inlines(node.inline_content, ctx))
        case Links():
            return page_links(node.items, ctx)
        case Video():
            return media(node.identifier, node.metadata, ctx)
        case ThematicBreak():
            return md.RULE
        case UnknownBlock():
            return unknown(node.name, node.content, ctx)
        case _:
            assert_never(node)


def blocks_below(level: int, nodes: Sequence[Block] | None, ctx: Context) -> str:
    """Blocks that stand below a heading of this level."""
    with headings_below(level, nodes, ctx):
        return blocks(nodes, ctx)


def headings_below(
    level: int, nodes: Sequence[Block] | None, ctx: Context
) -> AbstractContextManager[None]:
    """A `with` block in which the headings of these blocks stand below one of this level.

    They are lowered together, and no further than they must be: authors mostly begin where the
    headings of DocC's web page end, and it shows theirs as they are.
    """
    levels = [max(node.level, 2) for node in nodes or () if isinstance(node, Heading)]
    return ctx.headings_from(level + 1, min(levels, default=level + 1))


def run_in(head: str, nodes: Sequence[Block] | None, ctx: Context) -> str:
    """Blocks after a head: on its line if they begin with a paragraph, else below it."""
    match nodes:
        case [Paragraph() as first, *rest]:
            line = inlines(first.inline_content, ctx).strip()
            return md.join([f"{head} {line}".rstrip(), blocks(rest, ctx)])
        case _:
            return md.join([head, blocks(nodes, ctx)])


def _in_item(head: str, nodes: Sequence[Block] | None, ctx: Context) -> str:
    """What an item of a list says: blocks, after a head if that is not empty.

    The list stays tight if the item is one line with a list below it.
    """
    match nodes:
        case [Paragraph() as text, UnorderedList() | OrderedList() | TermList() | Links() as inner]:
            line = run_in(head, [text], ctx) if head else blocks([text], ctx)
            return md.with_list_below(line, blocks([inner], ctx))
        case [UnorderedList() | OrderedList() | TermList() | Links()]:
            return md.with_list_below(head, blocks(nodes, ctx))
        case _:
            return run_in(head, nodes, ctx) if head else blocks(nodes, ctx)


def labelled(label: str, nodes: Sequence[Block] | None, ctx: Context) -> str:
    """An item of a list: a label, a colon, and what is said of it; only one if the other is empty.

    Content that shows nothing, such as a paragraph without words, counts as empty.
    """
    head = f"{label}:" if label else ""
    said = _in_item(head, nodes, ctx)
    return label if said == head else said


def labelled_item(label: str, nodes: Sequence[Block] | None, ctx: Context) -> str:
    """A bullet with a label and what is said of it, as `labelled` shows them."""
    return md.list_item("-", labelled(label, nodes, ctx))


def unknown(name: str, content: Sequence[Block], ctx: Context) -> str:
    """What was found in a node that the format does not know, marked as such."""
    return md.join([unknown_kind(name), blocks(content, ctx)])


def _step(node: Step, ctx: Context) -> str:
    """A step of a tutorial: what to do, what it looks like, and the whole file it leads to."""
    code = code_file(node, ctx, _whole_file)
    return md.join(
        [blocks(node.content, ctx), code, *pictures(node, ctx), blocks(node.caption, ctx)]
    )


def _whole_file(file: FileReference, change: str) -> str:
    return md.join([bold_label(file.file_name) + change, listing(file.content, file.syntax)])


def _code_listing(node: CodeListing, ctx: Context) -> str:
    code = listing(node.code, node.syntax)
    if node.metadata is None and not node.line_annotations:
        return code
    caption = md.paragraph(media_caption(node.metadata, ctx))
    return md.join([caption, code, *marked_lines(node)])


def _aside(node: Aside, ctx: Context) -> str:
    name = node.name or node.style.capitalize()
    return md.quotation(run_in(bold_label(f"{name}:"), node.content, ctx))


def _bullet_list(node: UnorderedList, ctx: Context) -> str:
    return md.loose_or_tight([_item(item, "-", ctx) for item in node.items])


def _numbered_list(node: OrderedList, ctx: Context) -> str:
    start = md.first_number(node.start, len(node.items))
    items = [_item(item, f"{start + i}.", ctx) for i, item in enumerate(node.items)]
    return md.loose_or_tight(items)


def _item(item: ListItem, marker: str, ctx: Context) -> str:
    return md.list_item(marker, _in_item(md.CHECK_BOXES[item.checked], item.content, ctx))


def _term_list(node: TermList, ctx: Context) -> str:
    items = []
    for item in node.items:
        term = join([bold_inlines(item.term.inline_content, ctx)]).strip()
        items.append(labelled_item(term, item.definition.content, ctx))
    return md.loose_or_tight(items)


def _endpoint_example(node: EndpointExample, ctx: Context) -> str:
    parts = [
        bold_label("Request:"),
        _code_example(node.request),
        bold_label("Response:"),
        _code_example(node.response),
    ]
    return md.join([blocks(node.summary, ctx), *parts])


def _code_example(example: CodeExample) -> str:
    """One listing: the web page only folds parts of it away."""
    return listing([line for part in example.content for line in part.code], example.syntax)


def _tabs(node: TabNavigator, ctx: Context) -> str:
    """A list, so that what follows the last tab does not read as a part of it."""
    tabs = [md.join([bold_label(tab.title), blocks(tab.content, ctx)]) for tab in node.tabs]
    return md.loose_or_tight([md.list_item("-", tab) for tab in tabs if tab])
