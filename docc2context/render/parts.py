"""The parts of a page in their order, and what of them another language has otherwise."""

from dataclasses import dataclass

from docc2context.markdown import blocks as md
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.model.block import Block, Paragraph
from docc2context.model.inline import Text
from docc2context.model.page import RenderNode
from docc2context.model.sections import Declarations
from docc2context.model.variants import Variant
from docc2context.render.availability import is_deprecated, messages, platforms
from docc2context.render.block import blocks, run_in, strong
from docc2context.render.context import Context
from docc2context.render.inline import inlines, reference
from docc2context.render.links import availability, note
from docc2context.render.sections import primary_section
from docc2context.render.titles import language_name, page_title
from docc2context.render.topics import relationships, topic_groups
from docc2context.render.tutorials import section


@dataclass(frozen=True, slots=True)
class Parts:
    """Rendered parts: what precedes the declarations, these, and all that has headings."""

    lead: list[str]
    declarations: list[str]
    sections: list[str]


def page_parts(node: RenderNode, ctx: Context) -> Parts:
    """All of a page below its title.

    Declarations go first, as on the web page; swift-docc writes the mentions before them.
    """
    language = node.identifier.interface_language
    primary = node.primary_content_sections or []
    lead = [
        _deprecation(node, ctx),
        md.paragraph(inlines(node.abstract, ctx)),
        _availability_note(node, ctx),
        _sample_code(node, ctx),
    ]
    declared = [primary_section(p, language, ctx) for p in primary if isinstance(p, Declarations)]
    sections = [
        *(primary_section(p, language, ctx) for p in primary if not isinstance(p, Declarations)),
        *(section(part, ctx) for part in node.sections or []),
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
    return Parts(lead, declared, sections)


def variant_parts(node: RenderNode, own: Parts, other: Variant, ctx: Context) -> Parts:
    """What a page in another language has that it has not in its own, which is `own`."""
    name = language_name(other.language)
    other_ctx = ctx.variant(name, other.node.references)
    parts = page_parts(other.node, other_ctx)
    lead = [text for text in parts.lead if text not in own.lead]
    declared = [text for text in parts.declarations if text not in own.declarations]
    shown = {"", *own.sections}
    sections = [
        text for text in parts.sections if text.replace(f"{other_ctx.suffix}\n", "\n") not in shown
    ]
    label = _variant_label(name, node, other.node)
    return Parts([label, *lead] if label or lead or declared else [], declared, sections)


def _variant_label(name: str, node: RenderNode, other: RenderNode) -> str:
    """The language with the title, the kind and the platforms that the page has in it."""
    facts = [
        code_span(page_title(other)) if page_title(other) != page_title(node) else "",
        escape(_changed(node.metadata.role_heading, other.metadata.role_heading)),
        *(
            escape(phrase)
            for phrase in platforms(other.metadata.platforms)
            if phrase not in platforms(node.metadata.platforms)
        ),
    ]
    told = ", ".join(filter(None, facts))
    return f"{strong(f'{name}:')} {told}" if told else strong(name)


def _changed(own: str | None, other: str | None) -> str:
    return other if other and other != own else ""


def _deprecation(node: RenderNode, ctx: Context) -> str:
    """What users of an old or missing symbol must know, set apart before all else."""
    words: list[Block] = list(node.deprecation_summary or [])
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
    action = md.paragraph(reference(download.action, ctx)) if download else ""
    return md.join([action, blocks(node.download_not_available_summary, ctx)])
