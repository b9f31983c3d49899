"""The parts of a page in their order."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from docc2context.markdown import blocks as md
from docc2context.markdown.inline import split_code
from docc2context.model.block import Block, Paragraph
from docc2context.model.inline import CodeVoice, Inline, ReferenceLink, Text
from docc2context.model.page import RenderNode
from docc2context.model.sections import Declarations
from docc2context.render.availability import is_deprecated, messages
from docc2context.render.block import blocks, run_in, strong, unknown
from docc2context.render.conformance import availability
from docc2context.render.context import Context
from docc2context.render.inline import inlines, is_plain, link_to, reference
from docc2context.render.language_names import language_name
from docc2context.render.other_language import OtherLanguage, names_in_other_languages
from docc2context.render.remarks import note
from docc2context.render.sections import primary_section
from docc2context.render.titles import title_of
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
    """Rendered parts: what precedes the declarations, the declarations, and all under headings."""

    lead: list[str]
    declarations: list[str]
    sections: list[str]


def page_parts(node: RenderNode, ctx: Context, others: Sequence[OtherLanguage]) -> Parts:
    """All of a page below its title; lists also give the names that `others` have for their items.

    Declarations go first, as on the web page; swift-docc writes the mentions before them.
    """
    ctx.lookups.begin_field("abstract")
    ctx.lookups.begin_item()
    abstract = inlines(node.abstract, ctx)
    if not node.abstract or is_plain(node.abstract):
        ctx.abstract = abstract
    lead = [
        _deprecation(node, ctx),
        md.paragraph(abstract),
        _availability_note(node, ctx),
        _alternatives(node, ctx),
        _sample_code(node, ctx),
    ]
    ctx.lookups.begin_field("primary_content_sections")
    declared, sections = _primary(node, ctx)
    ctx.lookups.begin_field("sections")
    for part in node.sections or ():
        ctx.lookups.begin_item()
        sections.append(section(part, ctx))
    for field, render in _LISTS:
        if groups := getattr(node, field):
            ctx.lookups.begin_field(field)
            ctx.names_in_other_languages = names_in_other_languages(field, node, others)
            sections.append(render(groups, ctx))
    if node.unknown_sections:
        ctx.lookups.begin_field("unknown_sections")
        for unknown_part in node.unknown_sections:
            ctx.lookups.begin_item()
            sections.append(unknown(unknown_part.name, unknown_part.content, ctx))
    return Parts(lead, declared, sections)


def _primary(node: RenderNode, ctx: Context) -> tuple[list[str], list[str]]:
    """The declarations, and the other primary sections."""
    declared: list[str] = []
    others: list[str] = []
    for part in node.primary_content_sections or ():
        ctx.lookups.begin_item()
        text = primary_section(part, node.identifier.interface_language, ctx)
        (declared if isinstance(part, Declarations) else others).append(text)
    return declared, others


def _deprecation(node: RenderNode, ctx: Context) -> str:
    """What users of an old or missing symbol must know, set apart before all else."""
    words: list[Block] = [_with_code(block) for block in node.deprecation_summary or ()]
    if not words:
        words = [_message(text) for text in messages(node.metadata.platforms)]
    ctx.is_deprecated = is_deprecated(node, ctx)
    if not words and not ctx.is_deprecated:
        return ""
    label = "Deprecated" if ctx.is_deprecated else "Availability"
    return md.quotation(run_in(strong(f"{label}:" if words else label), words, ctx))


def _availability_note(node: RenderNode, ctx: Context) -> str:
    when = availability(node.metadata.conformance, ctx)
    return note(when[:1].upper() + when[1:]) if when else ""


def _with_code(block: Block) -> Block:
    """The block, its backticks read as code if it is only text: then it is a compiler's message."""
    match block:
        case Paragraph(inline_content=[Text(text=text)]):
            return _message(text)
        case _:
            return block


def _message(text: str) -> Paragraph:
    """A message of the compiler, in which backticks mean code."""
    pieces = enumerate(split_code(text))
    return Paragraph(
        inline_content=[CodeVoice(code=piece) if i % 2 else Text(text=piece) for i, piece in pieces]
    )


def _alternatives(node: RenderNode, ctx: Context) -> str:
    """Links to the pages that stand for this one in other languages, if they are not its own.

    Where several variants are for one language, DocC's web page leads to the first.
    """
    by_language = {
        trait.interface_language: variant
        for variant in reversed(node.variants or ())
        for trait in variant.traits
    }
    own = by_language.get(node.identifier.interface_language)
    if own is None:
        return ""
    ours = frozenset(own.paths)
    links: dict[str, str] = {}
    lines: list[str] = []
    for variant in node.variants or ():
        # Looked at once, however many languages it is for.
        if variant is own or not (others := [path for path in variant.paths if path not in ours]):
            continue
        for language in dict.fromkeys([trait.interface_language for trait in variant.traits]):
            if not language or by_language[language] is not variant:
                continue
            label = strong(f"{language_name(language)}:")
            for path in others:
                if path not in links:
                    links[path] = link_to(path, None, ctx)
                lines.append(ctx.budget.spend(f"{label} {links[path]}"))
    return md.join(lines)


def _sample_code(node: RenderNode, ctx: Context) -> str:
    download = node.sample_code_download
    action = _download(download.action, ctx) if download else ""
    return md.join([action, blocks(node.download_not_available_summary, ctx)])


def _download(action: Inline, ctx: Context) -> str:
    """A link to a file, or else its name: the title may just be `Download`."""
    if not isinstance(action, ReferenceLink):
        return md.paragraph(inlines([action], ctx))
    text = reference(action, ctx)
    described = ctx.describe(action.identifier)
    if ctx.destination(action.identifier, described) is None:
        name = title_of(described.reference if described else None)
        text = f"{text}: {name}" if name not in ("", text) else text
    return md.paragraph(text)
