"""A whole page: front matter, title, and its sections in DocC's order."""

from collections.abc import Iterator, Sequence
from itertools import chain
from operator import attrgetter

from docc2context.markdown import blocks as md
from docc2context.markdown.code import code_block
from docc2context.model.block import Paragraph
from docc2context.model.inline import Inline
from docc2context.model.page import RenderNode
from docc2context.model.tutorials import Hero, Section, Volume
from docc2context.model.variants import Variant
from docc2context.render.context import Context
from docc2context.render.front_matter import page_front_matter
from docc2context.render.inline import inlines
from docc2context.render.other_language import OtherLanguage
from docc2context.render.parts import page_parts
from docc2context.render.titles import page_name, page_title
from docc2context.render.variant import variant_parts

_SYNTHESIZED = "::SYNTHESIZED::"
"""What swift-symbolgraph-extract puts between a symbol's USR and that of the type that has it."""

_is_generated = attrgetter("generated")


def render_page(node: RenderNode, others: Sequence[Variant], path: str, ctx: Context) -> str:
    """The Markdown of a page, ending in one line break.

    `others` are the page in further languages, of which only what differs is shown. `path` is
    DocC's own, for the front matter.
    """
    markdown = ctx.links.fill_own_links(md.join(_blocks(node, others, ctx)), ctx.headings.anchors)
    return f"{page_front_matter(node, others, path, ctx)}\n\n{markdown}\n"


def render_part(node: RenderNode, others: Sequence[Variant], path: str, ctx: Context) -> str:
    """The Markdown of a page as a part of a longer document, ending in one line break.

    It begins with its title, or its path if it has none, and below that its front matter as a
    listing, since a document has front matter only at its beginning.
    """
    title, *body = _blocks(node, others, ctx)
    facts = page_front_matter(node, others, path, ctx).split("\n")[1:-1]
    blocks = [title or ctx.heading(1, path), code_block(facts, "yaml"), *body]
    return ctx.links.fill_own_links(md.join(blocks), ctx.headings.anchors) + "\n"


def _blocks(node: RenderNode, others: Sequence[Variant], ctx: Context) -> list[str]:
    """The title, empty if there is none, and what stands below it."""
    ctx.title, ctx.name = page_title(node), page_name(node)
    title = ctx.heading(1, ctx.title)
    languages = [OtherLanguage(node, other, ctx) for other in others]
    own = page_parts(node, ctx, languages)
    body = [title, *own.lead, *own.declarations]
    more = [variant_parts(node, own, language, ctx) for language in languages]
    for parts in more:
        body += [*parts.lead, *parts.declarations]
    body += own.sections
    for parts in more:
        body += parts.sections
    return body


def summary(node: RenderNode, ctx: Context) -> str:
    """The abstract as one line without links, for lists in files other than the page's own.

    A tutorial has none: as in DocC's references to it, its first paragraph stands for it.
    """
    if ctx.abstract:
        return ctx.abstract.strip()
    words = node.abstract or _first_paragraph(node.sections or ())
    if not words:
        return ""
    with ctx.inside_link(), ctx.for_other_file():
        return inlines(words, ctx).strip()


def _first_paragraph(sections: Sequence[Section]) -> Sequence[Inline]:
    match sections:
        case [Hero(content=[Paragraph(inline_content=words), *_]), *_]:
            return words
        case _:
            return ()


def curated(node: RenderNode) -> Iterator[str]:
    """The identifiers of the pages that this one lists as its topics or chapters, in order.

    Not as one list: a page may name the same one millions of times, again in each language.
    """
    lists = [group.identifiers for group in node.topic_sections or ()]
    for part in node.sections or ():
        if isinstance(part, Volume):
            lists += [chapter.tutorials for chapter in part.chapters]
    return chain.from_iterable(lists)


def is_inherited(node: RenderNode) -> bool:
    """Whether a page is about what a type has from elsewhere, where it is documented as well.

    swift-docc makes a page for each such member, and marks it in its USR. It also makes one for the
    members that a type has from a protocol, such as `Equatable Implementations`: a group of groups
    that no author has written.
    """
    metadata, groups = node.metadata, node.topic_sections
    if metadata.role == "collectionGroup":
        return bool(groups) and all(map(_is_generated, groups or ()))
    return _SYNTHESIZED in (metadata.external_id or "")
