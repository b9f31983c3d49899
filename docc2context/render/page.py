"""A whole page: front matter, title, and its sections in DocC's order."""

from collections.abc import Sequence

from docc2context.markdown import blocks as md
from docc2context.markdown.code import code_block
from docc2context.model.page import RenderNode
from docc2context.model.variants import Variant
from docc2context.render.context import Context
from docc2context.render.front_matter import page_front_matter
from docc2context.render.other_language import OtherLanguage
from docc2context.render.parts import page_parts
from docc2context.render.titles import page_name, page_title
from docc2context.render.variant import variant_parts


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
