"""The parts of a page in their order, and what of them another language has otherwise."""

from collections.abc import Sequence

import msgspec

from docc2context.markdown import blocks as md
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.model.block import Block, Paragraph
from docc2context.model.inline import ReferenceLink, Text
from docc2context.model.page import RenderNode
from docc2context.model.sections import Declarations, PrimarySection
from docc2context.model.variants import Variant
from docc2context.render.availability import is_deprecated, messages, platforms
from docc2context.render.block import blocks, run_in, strong
from docc2context.render.context import Context
from docc2context.render.inline import inlines, is_plain, reference
from docc2context.render.links import availability, note
from docc2context.render.sections import primary_section
from docc2context.render.titles import language_name, page_title, title_of
from docc2context.render.topics import relationships, topic_groups
from docc2context.render.tutorials import section


class Parts(msgspec.Struct, frozen=True, gc=False):
    """Rendered parts: what precedes the declarations, these, and all that has headings.

    `closed` are the primary sections that mention no reference: equal ones read the same.
    """

    lead: list[str]
    declarations: list[str]
    sections: list[str]
    closed: list[PrimarySection]


def page_parts(node: RenderNode, ctx: Context, known: Sequence[PrimarySection] = ()) -> Parts:
    """All of a page below its title, but for the primary sections that are known.

    Declarations go first, as on the web page; swift-docc writes the mentions before them.
    """
    abstract = inlines(node.abstract, ctx)
    if not node.abstract or is_plain(node.abstract):
        ctx.abstract = abstract
    lead = [
        _deprecation(node, ctx),
        md.paragraph(abstract),
        _availability_note(node, ctx),
        _sample_code(node, ctx),
    ]
    declared, sections, closed = _primary(node, ctx, known)
    sections += [
        *[section(part, ctx) for part in node.sections or ()],
        topic_groups("Topics", "topic", node.topic_sections, ctx),
        topic_groups(
            "Default Implementations",
            "default-implementation",
            node.default_implementations_sections,
            ctx,
        ),
        relationships(node.relationships_sections, ctx),
        topic_groups("See Also", "see-also", node.see_also_sections, ctx),
    ]
    return Parts(lead, declared, sections, closed)


def _primary(
    node: RenderNode, ctx: Context, known: Sequence[PrimarySection]
) -> tuple[list[str], list[str], list[PrimarySection]]:
    """The declarations, the other primary sections, and which of them mention no reference."""
    declared: list[str] = []
    others: list[str] = []
    closed: list[PrimarySection] = []
    for part in node.primary_content_sections or ():
        if known and part in known:
            continue
        before = ctx.lookups
        text = primary_section(part, node.identifier.interface_language, ctx)
        (declared if isinstance(part, Declarations) else others).append(text)
        if ctx.lookups == before:
            closed.append(part)
    return declared, others, closed


def variant_parts(node: RenderNode, own: Parts, other: Variant, ctx: Context) -> Parts:
    """What a page in another language has that it has not in its own, which is `own`."""
    name = language_name(other.language)
    other_ctx = ctx.variant(name, other.node.references)
    parts = page_parts(other.node, other_ctx, own.closed)
    lead = [text for text in parts.lead if text not in own.lead]
    declared = [text for text in parts.declarations if text not in own.declarations]
    shown = {"", *own.sections}
    sections = [
        text for text in parts.sections if text.replace(f"{other_ctx.suffix}\n", "\n") not in shown
    ]
    facts = _variant_facts(node, other.node)
    if facts or lead or declared:
        lead.insert(0, f"{strong(f'{name}:')} {facts}" if facts else strong(name))
    return Parts(lead, declared, sections, [])


def _variant_facts(node: RenderNode, other: RenderNode) -> str:
    """The title, the kind and the platforms of the page in another language, where they differ."""
    own_title, title = page_title(node), page_title(other)
    own_platforms = platforms(node.metadata.platforms)
    others_platforms = platforms(other.metadata.platforms)
    facts = [
        code_span(title) if title != own_title else "",
        escape(_changed(node.metadata.role_heading, other.metadata.role_heading)),
        *(escape(phrase) for phrase in others_platforms if phrase not in own_platforms),
    ]
    return ", ".join(filter(None, facts))


def _changed(own: str | None, other: str | None) -> str:
    return other if other and other != own else ""


def _deprecation(node: RenderNode, ctx: Context) -> str:
    """What users of an old or missing symbol must know, set apart before all else."""
    words: list[Block] = list(node.deprecation_summary or ())
    if not words and not node.metadata.platforms:
        return ""
    if not words:
        words = [
            Paragraph(inline_content=[Text(text=told)])
            for told in messages(node.metadata.platforms)
        ]
    if not words and not is_deprecated(node):
        return ""
    label = "Deprecated" if is_deprecated(node) else "Availability"
    return md.quotation(run_in(strong(f"{label}:" if words else label), words, ctx))


def _availability_note(node: RenderNode, ctx: Context) -> str:
    when = availability(node.metadata.conformance, ctx)
    return note(when[:1].upper() + when[1:]) if when else ""


def _sample_code(node: RenderNode, ctx: Context) -> str:
    download = node.sample_code_download
    if not download and not node.download_not_available_summary:
        return ""
    action = _download(download.action, ctx) if download else ""
    return md.join([action, blocks(node.download_not_available_summary, ctx)])


def _download(action: ReferenceLink, ctx: Context) -> str:
    """A link to a file, or its name: the title may be no more than `Download`."""
    told = reference(action, ctx)
    described = ctx.describe(action.identifier)
    if ctx.destination(action.identifier, described) is None:
        name = title_of(described.reference if described else None)
        told = f"{told}: {name}" if name not in ("", told) else told
    return md.paragraph(told)
