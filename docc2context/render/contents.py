"""What the table of contents needs of a page: its summary, what it lists, and where it ranks."""

from collections.abc import Iterator, Sequence
from itertools import chain
from operator import attrgetter

from docc2context.links.resolver import PageResolver
from docc2context.model.block import Paragraph
from docc2context.model.inline import Inline
from docc2context.model.page import RenderNode
from docc2context.model.tutorials import Hero, Section, Volume
from docc2context.model.variants import Variant
from docc2context.render.context import Context
from docc2context.render.inline import inlines

_SYNTHESIZED = "::SYNTHESIZED::"
"""What swift-symbolgraph-extract puts between a symbol's USR and that of the type inheriting it."""

_is_generated = attrgetter("generated")


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


def listed_pages(
    node: RenderNode, others: Sequence[Variant], links: PageResolver
) -> tuple[str, ...]:
    """The files of the pages that a page lists, in order, as far as they are in the archive.

    What it lists in another language alone, such as members that Swift cannot call, comes last.
    """
    nodes = [node, *[other.node for other in others]]
    identifiers = dict.fromkeys(chain.from_iterable(map(curated, nodes)))
    files = [links.file(identifier) for identifier in identifiers]
    return tuple([file for file in files if file])


def curated(node: RenderNode) -> Iterator[str]:
    """The identifiers of the pages that this one lists as its topics or chapters, in order.

    An iterator, since a page may name the same one millions of times, and again in each language.
    """
    lists = [group.identifiers for group in node.topic_sections or ()]
    for part in node.sections or ():
        if isinstance(part, Volume):
            lists += [chapter.tutorials for chapter in part.chapters]
    return chain.from_iterable(lists)


def is_inherited(node: RenderNode) -> bool:
    """Whether a page is about what a type inherits, which is documented where it is declared, too.

    swift-docc makes a page for each inherited member, and marks it in its USR. It also makes a page
    for all that come from one protocol, such as `Equatable Implementations`, which lists them in
    groups that no author has written.
    """
    if node.metadata.role == "collectionGroup":
        groups = node.topic_sections or ()
        return bool(groups) and all(map(_is_generated, groups))
    return _SYNTHESIZED in (node.metadata.external_id or "")
