"""Bulleted links to pages, as Topics, See Also and grids of links list them."""

from collections.abc import Sequence

from docc2context.markdown import blocks as md
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.markdown.inline import Styled, join
from docc2context.model.inline import Inline, Text
from docc2context.model.reference import Reference, TopicReference
from docc2context.model.symbol import Conformance
from docc2context.render.context import Context
from docc2context.render.inline import inlines, page_link


def page_links(identifiers: Sequence[str], ctx: Context, marker: str = "-") -> str:
    """One bullet a page: its linked name, what to know before using it, and its abstract."""
    return md.bullets(page_lines(identifiers, ctx), marker)


def page_lines(identifiers: Sequence[str], ctx: Context) -> list[str]:
    """What the bullets of `page_links` say."""
    return [_bullet(identifier, ctx) for identifier in dict.fromkeys(identifiers)]


def _bullet(identifier: str, ctx: Context) -> str:
    name = page_link(identifier, ctx)
    reference = ctx.links.reference(identifier)
    with ctx.relating(None):
        notes = _notes(reference, ctx) if isinstance(reference, TopicReference) else ""
        abstract = inlines(getattr(reference, "abstract", None), ctx).strip()
    head = f"{name} ({notes})" if notes else name
    return ctx.spend(f"{head}: {abstract}" if abstract else head)


def _notes(reference: TopicReference, ctx: Context) -> str:
    """What the web page shows as badges beside a name."""
    raw_key = reference.name if reference.title_style == "title" else None
    ide_title = reference.ide_title if reference.title_style == "symbol" else None
    notes = [
        code_span(raw_key or ""),
        escape(ide_title or ""),
        "required" if reference.required else "",
        "default implementation provided" if reference.default_implementations else "",
        "deprecated" if reference.deprecated else "",
        "beta" if reference.beta else "",
        escape(reference.estimated_time or ""),
        *(escape(tag.text) for tag in reference.tags or []),
        availability(reference.conformance, ctx),
    ]
    return ", ".join(filter(None, notes))


def availability(conformance: Conformance | None, ctx: Context) -> str:
    """Under which constraints a member is there: ``available when `Self` conforms to …``."""
    if conformance is None or not conformance.constraints:
        return ""
    return _constrained(conformance.availability_prefix, "Available when", conformance, ctx)


def conditions(reference: Reference | None, ctx: Context) -> str:
    """Under which constraints a type conforms: ``conforms when `Base` conforms to …``."""
    conformance = getattr(reference, "conformance", None)
    if conformance is None or not conformance.constraints:
        return ""
    return _constrained(conformance.conformance_prefix, "Conforms when", conformance, ctx)


def _constrained(
    prefix: Sequence[Inline], default: str, conformance: Conformance, ctx: Context
) -> str:
    words = [*(prefix or [Text(text=default)]), Text(text=" "), *conformance.constraints]
    told = inlines(words, ctx).rstrip(".")
    return told[:1].lower() + told[1:]


def note(text: str) -> str:
    """A remark of one line, set apart from prose."""
    return join([Styled("emphasis", text)])
