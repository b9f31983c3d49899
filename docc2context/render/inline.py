"""Inline content: one function a node, one table of them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import assert_never
from urllib.parse import unquote

from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.markdown.inline import Styled, html, image, join, link, safe_url
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
from docc2context.model.reference import ImageReference, Reference, VideoReference
from docc2context.render.context import TOO_DEEP, Context
from docc2context.render.titles import title_of

Piece = str | Styled


def inlines(nodes: Sequence[Inline] | None, ctx: Context) -> str:
    """Inline content as one line of Markdown."""
    if not nodes:
        return ""
    if len(nodes) == 1 and isinstance(nodes[0], Text):
        return escape(nodes[0].text)  # most abstracts; the long way round gives the same
    if not ctx.enter():
        return TOO_DEEP
    try:
        return join([_piece(node, ctx) for node in _coalesced(nodes)])
    finally:
        ctx.leave()


def _coalesced(nodes: Sequence[Inline]) -> list[Inline]:
    """Neighbours of plain text or code as one node: DocC cuts text at every line of the source.

    What must be escaped shows only in the whole: `&` and `amp;` may be two nodes. A node of unknown
    type is what could be found in it.
    """
    merged: list[Inline] = []
    for kind, run in groupby(_known(nodes), type):
        if kind is Text:
            merged.append(Text(text="".join(node.text for node in run if isinstance(node, Text))))
        elif kind is CodeVoice:
            merged.append(CodeVoice(code="".join(n.code for n in run if isinstance(n, CodeVoice))))
        else:
            merged += run
    return merged


def _known(nodes: Iterable[Inline]) -> Iterator[Inline]:
    for node in nodes:
        if isinstance(node, UnknownInline):
            yield Text(text=node.text)
            yield from _known(node.inline_content)
        else:
            yield node


def _piece(node: Inline, ctx: Context) -> Piece:
    match node:
        case Text():
            return escape(node.text)
        case CodeVoice():
            return code_span(node.code)
        case ReferenceLink():
            return reference(node, ctx)
        case Emphasis() | Italic() | NewTerm():
            return Styled("emphasis", inlines(node.inline_content, ctx))
        case Strong() | InlineHead():
            return bold(inlines(node.inline_content, ctx), ctx)
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
        case UnknownInline():
            return inlines([node], ctx)
        case _:
            assert_never(node)


def reference(node: ReferenceLink, ctx: Context) -> str:
    """A mention of another page, linked if it can be reached and the author lets it be."""
    with ctx.inside_link():
        title = (
            inlines(node.overriding_title_inline_content, ctx)
            or escape(node.overriding_title or "")
            or inlines(title_of(node.identifier, ctx.reference(node.identifier)), ctx)
        )
    ctx.mention(node.identifier)
    destination = ctx.destination(node.identifier) if node.is_active else None
    return ctx.spend(link(title, destination) if destination and title else title)


def page_link(identifier: str, ctx: Context) -> str:
    """A link to a page by its title, or the title alone if it cannot be reached."""
    return reference(ReferenceLink(identifier=identifier), ctx)


def media(identifier: str, metadata: ContentMetadata | None, ctx: Context) -> str:
    """An image or video: shown if it is on the web, else told by its words and file name.

    The bundle holds no assets, and a link to nothing helps nobody.
    """
    reference = ctx.reference(identifier)
    variants = reference.variants if isinstance(reference, ImageReference | VideoReference) else []
    words = escape(getattr(reference, "alt", None) or "")
    caption = media_caption(metadata, ctx)
    for variant in sorted(variants, key=lambda variant: "dark" in variant.traits):
        if (url := safe_url(variant.url)) is not None:
            is_video = _is_video(reference)
            shown = ctx.linked(words or "Video", url) if is_video else image(words, url)
            return ctx.spend(" ".join(filter(None, [shown, caption])))
    plainest = min(variants, key=lambda variant: "dark" in variant.traits, default=None)
    name = escape(_file_name(plainest.url if plainest else identifier))
    told = f"{words} ({name})" if words else name
    kind = "Video" if _is_video(reference) else "Image"
    shown = join([Styled("emphasis", f"{kind}: {told}")])
    return ctx.spend(" ".join(filter(None, [shown, caption])))


def media_caption(metadata: ContentMetadata | None, ctx: Context) -> str:
    """The caption of media, a table or a listing; empty if it has none."""
    if metadata is None:
        return ""
    title = join([bold(escape(metadata.title or ""), ctx)])
    return " ".join(filter(None, [title, inlines(metadata.abstract, ctx)]))


def bold(content: str, ctx: Context) -> Piece:
    """Rendered content in bold; as it is where all is bold, as Markdown's marks do not nest."""
    return content if ctx.is_bold else Styled("strong", content)


def _is_video(reference: Reference | None) -> bool:
    return isinstance(reference, VideoReference)


def _file_name(url: str) -> str:
    return unquote(url.rstrip("/").rpartition("/")[2])


def _link(node: Link, ctx: Context) -> str:
    url = safe_url(node.destination)
    title = escape(node.title or node.destination)
    return ctx.linked(title, url) if url else title
