"""Inline content: one function per kind of node, and one table of them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import is_
from typing import assert_never, cast

from docc2context.links.references import Described
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.markdown.inline import HARD_BREAK, Styled, html, join, link
from docc2context.model.inline import (
    CodeVoice,
    ContentMetadata,
    Emphasis,
    Image,
    Inline,
    InlineHead,
    Italic,
    Link,
    NewTerm,
    ReferenceLink,
    Strikethrough,
    Strong,
    Subscript,
    Superscript,
    Text,
    UnknownInline,
)
from docc2context.model.reference import LinkReference
from docc2context.render.context import TOO_DEEP, Context
from docc2context.render.media import shown_or_described
from docc2context.render.titles import last_part, title_of

Piece = str | Styled

_NO_ADDRESS = re.compile(r"[\0-\x20]*(?:javascript|vbscript|data):", re.IGNORECASE)

_BREAK = "\n"
"""The text of a node that is a hard break."""

_PLAIN = frozenset({Text, CodeVoice})
_TEXT = frozenset({Text})


def inlines(nodes: Sequence[Inline] | None, ctx: Context) -> str:
    """Inline content as one line of Markdown."""
    if not nodes:
        return ""
    if len(nodes) == 1 and isinstance(only := nodes[0], Text):
        return escape(only.text)  # as most of it is
    if is_plain(nodes):
        return _plain_inlines(nodes)
    if not ctx.enter():
        return TOO_DEEP
    try:
        return join([_piece(node, ctx) for node in _coalesced(nodes)])
    finally:
        ctx.leave()


def is_plain(nodes: Sequence[Inline]) -> bool:
    """Whether this is only text and code: most of it is, and reads the same on every page."""
    return _PLAIN.issuperset(map(type, nodes))


def _plain_inlines(nodes: Sequence[Inline]) -> str:
    """Text and code as one line of Markdown; neighbours of one kind are merged."""
    if _TEXT.issuperset(map(type, nodes)):
        texts = [node.text for node in cast("Sequence[Text]", nodes)]
        if _BREAK not in texts:
            return escape("".join(texts))
    return join(
        [
            _text(node) if isinstance(node, Text) else code_span(node.code)
            for node in cast("Sequence[Text | CodeVoice]", _coalesced(nodes))
        ]
    )


def _text(node: Text) -> str:
    return HARD_BREAK if node.text == _BREAK else escape(node.text)


def _coalesced(nodes: Sequence[Inline]) -> Sequence[Inline]:
    """Neighbours of plain text or code as one node: DocC splits text at every line of the source.

    What must be escaped shows only in the whole: `&` and `amp;` may be two nodes. A node of unknown
    type is replaced by what was found in it.
    """
    if len(nodes) == 1 and not isinstance(nodes[0], UnknownInline):
        return nodes
    kinds = list(map(type, nodes))
    if UnknownInline in kinds:
        nodes = list(_known(nodes))
    elif not any(map(is_, kinds, islice(kinds, 1, None))):
        return nodes
    merged: list[Inline] = []
    for kind, run in groupby(nodes, _kind):
        if kind is Text:
            merged.append(Text(text="".join(node.text for node in run if isinstance(node, Text))))
        elif kind is CodeVoice:
            merged.append(CodeVoice(code="".join(n.code for n in run if isinstance(n, CodeVoice))))
        else:
            merged += run
    return merged


def _kind(node: Inline) -> object:
    """What neighbours must have in common to be merged; line breaks never are."""
    return _BREAK if isinstance(node, Text) and node.text == _BREAK else type(node)


def _known(nodes: Iterable[Inline]) -> Iterator[Inline]:
    for node in nodes:
        if isinstance(node, UnknownInline):
            yield Text(text=f"{node.text} " if node.text and node.inline_content else node.text)
            yield from _known(node.inline_content)
        else:
            yield node


def _piece(node: Inline, ctx: Context) -> Piece:
    match node:
        case Text():
            return _text(node)
        case CodeVoice():
            return code_span(node.code)
        case ReferenceLink():
            return reference(node, ctx)
        case Emphasis() | Italic() | NewTerm():
            return Styled("emphasis", inlines(node.inline_content, ctx))
        case Strong() | InlineHead():
            return bold_inlines(node.inline_content, ctx)
        case Superscript():
            return html("sup", inlines(node.inline_content, ctx))
        case Subscript():
            return html("sub", inlines(node.inline_content, ctx))
        case Strikethrough():
            return html("del", inlines(node.inline_content, ctx))
        case Link():
            return _link(node, ctx)
        case Image():
            return media(node.identifier, node.metadata, ctx)
        case UnknownInline():  # never comes here: `_coalesced` has replaced it
            return inlines([node], ctx)
        case _:
            assert_never(node)


def reference(node: ReferenceLink, ctx: Context) -> str:
    """A mention of another page, linked if it can be reached and the author allows it."""
    identifier = node.identifier
    described = ctx.describe(identifier)
    title = _overriding_title(node, ctx) or _own_title(identifier, described, ctx)
    ctx.mention(identifier)
    return ctx.budget.spend(_linked(title, identifier, described, ctx) if node.is_active else title)


def page_link(identifier: str, ctx: Context) -> str:
    """A link to a page by its title, or the title alone if it cannot be reached."""
    return link_to(identifier, ctx.describe(identifier), ctx)


def link_to(identifier: str, described: Described | None, ctx: Context) -> str:
    """A link to what `described` says of the identifier, as `page_link` makes it."""
    title = _own_title(identifier, described, ctx)
    ctx.mention(identifier)
    return ctx.budget.spend(_linked(title, identifier, described, ctx))


def _linked(title: str, identifier: str, described: Described | None, ctx: Context) -> str:
    destination = ctx.destination(identifier, described)
    if destination and title:
        return link(title, destination)
    reference = described.reference if described else None
    return (
        _with_address(title, reference.url, ctx) if isinstance(reference, LinkReference) else title
    )


def _with_address(text: str, address: str, ctx: Context) -> str:
    """Words that lead to an address which no bundle can link, and the address beside them.

    Except for scripts and data, which are not addresses to visit.
    """
    if ctx.is_link_text or _NO_ADDRESS.match(address):
        return text
    escaped = escape(address.strip())
    return text if escaped in ("", text) else f"{text} ({escaped})"


def _overriding_title(node: ReferenceLink, ctx: Context) -> str:
    """What the author says instead of the title."""
    if node.overriding_title_inline_content:
        with ctx.inside_link():
            if (title := inlines(node.overriding_title_inline_content, ctx)).strip():
                return title
    return escape(node.overriding_title) if node.overriding_title else ""


def _own_title(identifier: str, described: Described | None, ctx: Context) -> str:
    """The title of what the identifier stands for, as a link's text: never empty."""
    if described is None:
        return escape(last_part(identifier))
    if described.title is None:
        reference = described.reference
        if isinstance(reference, LinkReference) and reference.title_inline_content:
            with ctx.inside_link():
                if (title := inlines(reference.title_inline_content, ctx)).strip():
                    return title
        described.title = title_of(reference)
    return described.title or escape(last_part(identifier))


def media(identifier: str, metadata: ContentMetadata | None, ctx: Context) -> str:
    """An image or video with its caption."""
    shown = shown_or_described(identifier, ctx)
    return ctx.budget.spend(" ".join(filter(None, [shown, media_caption(metadata, ctx)])))


def media_caption(metadata: ContentMetadata | None, ctx: Context) -> str:
    """The caption of media, a table or a listing; empty if it has none."""
    if metadata is None:
        return ""
    title = bold(escape(metadata.title or ""), ctx)
    return " ".join(filter(None, [title, inlines(metadata.abstract, ctx)]))


def bold(content: str, ctx: Context) -> str:
    """Rendered content in bold; unchanged where all is bold, since Markdown's marks do not nest."""
    return content if ctx.is_bold else join([Styled("strong", content)])


def bold_inlines(nodes: Sequence[Inline], ctx: Context) -> Piece:
    """Inline content in bold, which may hold bold parts of its own."""
    if not nodes:
        return ""
    with ctx.inside_bold():
        content = inlines(nodes, ctx)
    return content if ctx.is_bold else Styled("strong", content)


def _link(node: Link, ctx: Context) -> str:
    """A link by its address, as old archives have it: on the web, or of a page of the archive."""
    ctx.mention(node.destination)
    title = escape(node.title or node.destination)
    destination = ctx.destination(node.destination, None)
    return link(title, destination) if destination else _with_address(title, node.destination, ctx)
