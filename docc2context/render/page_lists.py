"""Bulleted links to pages, as Topics, See Also and grids of links list them."""

from collections import Counter
from collections.abc import Sequence
from operator import add

import msgspec

from docc2context.links.references import Described
from docc2context.markdown import blocks as md
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.model.inline import Inline
from docc2context.model.reference import Reference, TopicReference
from docc2context.model.symbol import Conformance
from docc2context.render.conformance import available_when
from docc2context.render.context import Context
from docc2context.render.inline import inlines, is_plain, link_to


class PageList(msgspec.Struct, gc=False):
    """A list in the making: its pages by identifier, their linked names, and what follows these."""

    pages: dict[str, Described | None]
    names: list[str]
    rests: list[str]

    def lines(self) -> list[str]:
        """What the bullets say."""
        return list(map(add, self.names, self.rests))


def page_links(identifiers: Sequence[str], ctx: Context) -> str:
    """One bullet per page: its linked name, what to know before using it, and its abstract."""
    return md.bullets(page_lines(identifiers, ctx))


def page_lines(identifiers: Sequence[str], ctx: Context) -> list[str]:
    """What the bullets of `page_links` say."""
    pages = page_list(identifiers, ctx)
    tell_apart([pages], ctx)
    return pages.lines()


def page_list(identifiers: Sequence[str], ctx: Context) -> PageList:
    """A list whose names are not yet told apart."""
    pages = {identifier: ctx.describe(identifier) for identifier in dict.fromkeys(identifiers)}
    names = [link_to(identifier, described, ctx) for identifier, described in pages.items()]
    rests = [
        ctx.budget.spend(_summary(described, ctx)) if described else ""
        for described in pages.values()
    ]
    if ctx.names_in_other_languages:
        elsewhere = [other_names_in_brackets(identifier, ctx) for identifier in pages]
        rests = list(map(add, elsewhere, rests))
    return PageList(pages, names, rests)


def tell_apart(lists: Sequence[PageList], ctx: Context, own: str | None = None) -> None:
    """Put declarations after names that several symbols in these lists share.

    A symbol counts once, however often it is listed, and under whatever identifiers. `own` is the
    name of the page's own symbol, which counts as well.
    """
    pages: dict[str, Described | None] = {}
    for each in lists:
        pages.update(each.pages)
    titles = [own, *[page.title if page else None for page in pages.values()]]
    if len(set(titles)) == len(titles):
        return
    targets = {(page.title, page.file or identifier) for identifier, page in pages.items() if page}
    count = Counter([own, *(title for title, _ in targets)])
    for each in lists:
        for place, (identifier, page) in enumerate(each.pages.items()):
            if page and count[page.title] > 1 and (code := ctx.links.declaration(identifier)):
                each.names[place] += ctx.budget.spend(f" ({code_span(code)})")


def other_names_in_brackets(identifier: str, ctx: Context) -> str:
    """What follows the name of a thing that another language calls something else."""
    names = ctx.names_in_other_languages.get(identifier)
    if not names:
        return ""
    return ctx.budget.spend(f" ({', '.join(f'{language}: {name}' for language, name in names)})")


def _summary(described: Described, ctx: Context) -> str:
    """What follows a name; made once where it is the same on every page."""
    if described.summary is not None:
        return described.summary
    reference = described.reference
    content = getattr(reference, "abstract", None) or ()
    if is_plain(content) and _is_plain_conformance(getattr(reference, "conformance", None)):
        described.summary = _notes_and_abstract(reference, content, ctx)
        return described.summary
    with ctx.relating(None):
        return _notes_and_abstract(reference, content, ctx)


def _notes_and_abstract(
    reference: Reference | None, content: Sequence[Inline], ctx: Context
) -> str:
    notes = _notes(reference, ctx) if isinstance(reference, TopicReference) else ""
    abstract = inlines(content, ctx).strip()
    return (f" ({notes})" if notes else "") + (f": {abstract}" if abstract else "")


def _is_plain_conformance(node: Conformance | None) -> bool:
    return node is None or (is_plain(node.availability_prefix) and is_plain(node.constraints))


def _notes(reference: TopicReference, ctx: Context) -> str:
    """What the web page shows as badges beside a name."""
    notes: list[str] = []
    if reference.title_style == "title" and reference.name:
        notes.append(code_span(reference.name))
    if reference.title_style == "symbol" and reference.ide_title:
        notes.append(escape(reference.ide_title))
    if reference.required:
        notes.append("required")
    if reference.default_implementations:
        notes.append("default implementation provided")
    if reference.deprecated:
        notes.append("deprecated")
    if reference.beta:
        notes.append("beta")
    if reference.estimated_time:
        notes.append(escape(reference.estimated_time))
    notes += [escape(tag.text) for tag in reference.tags or ()]
    if when := available_when(reference.conformance, ctx):
        notes.append(when)
    return ", ".join(notes)
