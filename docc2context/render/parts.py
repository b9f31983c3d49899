"""The parts of a page in their order, and what of them another language has otherwise."""

from collections.abc import Callable, Iterable
from copy import copy
from functools import partial
from typing import Any

import msgspec

from docc2context.markdown import blocks as md
from docc2context.markdown.escape import escape
from docc2context.markdown.inline import split_code
from docc2context.model.block import Block, Paragraph
from docc2context.model.inline import CodeVoice, Inline, ReferenceLink, Text
from docc2context.model.page import RenderNode
from docc2context.model.sections import Declarations
from docc2context.model.variants import Variant
from docc2context.render.availability import is_deprecated, messages, platforms
from docc2context.render.block import blocks, run_in, strong
from docc2context.render.context import Context
from docc2context.render.inline import inlines, is_plain, link_to, reference
from docc2context.render.links import availability, note
from docc2context.render.sections import primary_section, section_title
from docc2context.render.titles import language_name, page_name, page_title, title_of
from docc2context.render.topics import relationships, topic_groups
from docc2context.render.tutorials import section

_LISTS: tuple[tuple[str, Callable[[Any, Context], str]], ...] = (
    ("topic_sections", partial(topic_groups, "Topics", "topic")),
    (
        "default_implementations_sections",
        partial(topic_groups, "Default Implementations", "default-implementation"),
    ),
    ("relationships_sections", relationships),
    ("see_also_sections", partial(topic_groups, "See Also", "see-also")),
)
"""The fields of a page that list other pages, in order, and what renders each."""


class Parts(msgspec.Struct, frozen=True, gc=False):
    """Rendered parts: what precedes the declarations, these, and all that has headings.

    `asked` are the identifiers that were looked up for a field of the page, `asked_by_primary`
    those for each primary section: what is equal and asks for the same reads the same.
    """

    lead: list[str]
    declarations: list[str]
    sections: list[str]
    asked: dict[str, list[str]]
    asked_by_primary: list[list[str]]


def page_parts(node: RenderNode, ctx: Context) -> Parts:
    """All of a page below its title.

    Declarations go first, as on the web page; swift-docc writes the mentions before them.
    """
    asked: dict[str, list[str]] = {}
    ctx.asked = asked["abstract"] = []
    abstract = inlines(node.abstract, ctx)
    if not node.abstract or is_plain(node.abstract):
        ctx.abstract = abstract
    lead = [
        _deprecation(node, ctx),
        md.paragraph(abstract),
        _availability_note(node, ctx),
        _alternatives(node, ctx) if node.variants and len(node.variants) > 1 else "",
        _sample_code(node, ctx),
    ]
    declared, sections, asked_by_primary = _primary(node, ctx)
    if node.sections:
        ctx.asked = asked["sections"] = []
        sections += [section(part, ctx) for part in node.sections]
    for field, render in _LISTS:
        if groups := getattr(node, field):
            ctx.asked = asked[field] = []
            sections.append(render(groups, ctx))
    return Parts(lead, declared, sections, asked, asked_by_primary)


def _primary(node: RenderNode, ctx: Context) -> tuple[list[str], list[str], list[list[str]]]:
    """The declarations, the other primary sections, and the identifiers looked up for each."""
    declared: list[str] = []
    others: list[str] = []
    asked: list[list[str]] = []
    for part in node.primary_content_sections or ():
        ctx.asked = []
        text = primary_section(part, node.identifier.interface_language, ctx)
        (declared if isinstance(part, Declarations) else others).append(text)
        asked.append(ctx.asked)
    return declared, others, asked


def variant_parts(node: RenderNode, own: Parts, other: Variant, ctx: Context) -> Parts:
    """What a page in another language has that it has not in its own, which is `own`."""
    name = language_name(other.language)
    other_ctx = ctx.variant(name, other.references)
    parts = page_parts(_difference(node, own, other), other_ctx)
    lead = [text for text in parts.lead if text and text not in own.lead]
    declared = [text for text in parts.declarations if text not in own.declarations]
    shown = {"", *own.sections}
    sections = [
        text for text in parts.sections if text.replace(f"{other_ctx.suffix}\n", "\n") not in shown
    ]
    facts = _variant_facts(node, other.node)
    if missing := _missing_sections(node, other.node):
        lead.append(note(f"Not in {name}: {missing}."))
    if facts or lead or declared:
        lead.insert(0, f"{strong(f'{name}:')} {facts}" if facts else strong(name))
    return Parts(lead, declared, sections, {}, [])


def _difference(node: RenderNode, own: Parts, other: Variant) -> RenderNode:
    """The page in another language without what surely reads the same as in its own.

    What asks for an identifier that stands for something else, if only by its title, may not.
    """
    texts, other_texts = node.references, other.references

    def stand_for_same(identifiers: Iterable[str]) -> bool:
        return all(texts.get(each) is other_texts.get(each) for each in identifiers)

    rest = copy(other.node)
    for field, asked in own.asked.items():
        if getattr(rest, field) == getattr(node, field) and stand_for_same(asked):
            setattr(rest, field, None)
    if rest.primary_content_sections:
        parts = zip(node.primary_content_sections or (), own.asked_by_primary, strict=True)
        known = [part for part, asked in parts if stand_for_same(asked)]
        rest.primary_content_sections = [
            part for part in rest.primary_content_sections if part not in known
        ]
    return rest


def _missing_sections(node: RenderNode, other: RenderNode) -> str:
    """The titles of the page's own sections that it has not in another language."""
    titles, others = (
        dict.fromkeys(map(section_title, page.primary_content_sections or ()))
        for page in (node, other)
    )
    return ", ".join(escape(title) for title in titles if title and title not in others)


def _variant_facts(node: RenderNode, other: RenderNode) -> str:
    """The title, the kind and the platforms of the page in another language, where they differ."""
    own_platforms = platforms(node.metadata.platforms)
    others_platforms = platforms(other.metadata.platforms)
    facts = [
        page_name(other) if page_title(other) != page_title(node) else "",
        escape(_changed(node.metadata.role_heading, other.metadata.role_heading)),
        *(escape(phrase) for phrase in others_platforms if phrase not in own_platforms),
    ]
    return ", ".join(filter(None, facts))


def _changed(own: str | None, other: str | None) -> str:
    return other if other and other != own else ""


def _deprecation(node: RenderNode, ctx: Context) -> str:
    """What users of an old or missing symbol must know, set apart before all else."""
    words: list[Block] = [_with_code(block) for block in node.deprecation_summary or ()]
    if not words and node.metadata.platforms:
        words = [_message(told) for told in messages(node.metadata.platforms)]
    ctx.is_deprecated = is_deprecated(node, ctx)
    if not words and not ctx.is_deprecated:
        return ""
    label = "Deprecated" if ctx.is_deprecated else "Availability"
    return md.quotation(run_in(strong(f"{label}:" if words else label), words, ctx))


def _availability_note(node: RenderNode, ctx: Context) -> str:
    when = availability(node.metadata.conformance, ctx)
    return note(when[:1].upper() + when[1:]) if when else ""


def _with_code(block: Block) -> Block:
    """A summary that is nothing but text is a message of the compiler."""
    match block:
        case Paragraph(inline_content=[Text(text=told)]):
            return _message(told)
        case _:
            return block


def _message(text: str) -> Paragraph:
    """What the compiler says, in whose text backticks mean code."""
    pieces = enumerate(split_code(text))
    return Paragraph(
        inline_content=[CodeVoice(code=piece) if i % 2 else Text(text=piece) for i, piece in pieces]
    )


def _alternatives(node: RenderNode, ctx: Context) -> str:
    """Links to the pages that stand for this one in other languages, if these are others."""
    own = node.identifier.interface_language
    by_language = {
        trait.interface_language: variant.paths
        for variant in node.variants or ()
        for trait in variant.traits
    }
    return md.join(
        f"{strong(f'{language_name(language)}:')} {link_to(path, None, ctx)}"
        for language, paths in by_language.items()
        for path in paths
        if language and path not in by_language.get(own, paths)
    )


def _sample_code(node: RenderNode, ctx: Context) -> str:
    download = node.sample_code_download
    if not download and not node.download_not_available_summary:
        return ""
    action = _download(download.action, ctx) if download else ""
    return md.join([action, blocks(node.download_not_available_summary, ctx)])


def _download(action: Inline, ctx: Context) -> str:
    """A link to a file, or its name: the title may be no more than `Download`."""
    if not isinstance(action, ReferenceLink):
        return md.paragraph(inlines([action], ctx))
    told = reference(action, ctx)
    described = ctx.describe(action.identifier)
    if ctx.destination(action.identifier, described) is None:
        name = title_of(described.reference if described else None)
        told = f"{told}: {name}" if name not in ("", told) else told
    return md.paragraph(told)
