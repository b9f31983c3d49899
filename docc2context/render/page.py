"""A whole page: front matter, title, and its sections in DocC's order."""

from collections.abc import Iterator

from docc2context.markdown import blocks as md
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.markdown.front_matter import front_matter
from docc2context.model.block import Block, Paragraph
from docc2context.model.inline import Text
from docc2context.model.page import RenderNode
from docc2context.model.sections import Declarations, PrimarySection
from docc2context.model.tutorials import Volume
from docc2context.render.availability import is_deprecated, messages, platforms
from docc2context.render.block import blocks, run_in, strong
from docc2context.render.context import Context
from docc2context.render.inline import inlines, reference
from docc2context.render.links import availability, note
from docc2context.render.sections import primary_section
from docc2context.render.titles import PROSE_ROLES
from docc2context.render.topics import relationships, topic_groups
from docc2context.render.tutorials import section


def render_page(node: RenderNode, path: str, ctx: Context) -> str:
    """The Markdown of a page, ending in one line break. `path` is DocC's, for the front matter."""
    title = page_title(node)
    language = node.identifier.interface_language
    body = [
        ctx.heading(1, title),
        _deprecation(node, ctx),
        md.paragraph(inlines(node.abstract, ctx)),
        _availability_note(node, ctx),
        _sample_code(node, ctx),
        *(primary_section(part, language, ctx) for part in _declarations_first(node)),
        *(section(part, ctx) for part in node.sections or []),
        topic_groups("Topics", node.topic_sections, ctx),
        topic_groups("Default Implementations", node.default_implementations_sections, ctx),
        relationships(node.relationships_sections, ctx),
        topic_groups("See Also", node.see_also_sections, ctx),
    ]
    markdown = ctx.links.settle(md.join(body), ctx.anchors)
    return f"{_front_matter(node, title, path)}\n\n{markdown}\n"


def _declarations_first(node: RenderNode) -> list[PrimarySection]:
    """DocC's order, but for the mentions, which swift-docc writes before the declaration."""
    return sorted(
        node.primary_content_sections or [], key=lambda part: not isinstance(part, Declarations)
    )


def page_title(node: RenderNode) -> str:
    """The page's title; the last part of its address if it has none."""
    return node.metadata.title or node.identifier.url.rstrip("/").rpartition("/")[2]


def page_name(node: RenderNode) -> str:
    """The title as lists show it: the name of a symbol as code."""
    title = page_title(node)
    symbol = node.kind == "symbol" and node.metadata.role not in PROSE_ROLES
    return code_span(title) if symbol else escape(title)


def _front_matter(node: RenderNode, title: str, path: str) -> str:
    metadata = node.metadata
    return front_matter(
        {
            "title": title,
            "kind": node.kind,
            "role": metadata.role,
            "role_heading": metadata.role_heading,
            "symbol_kind": metadata.symbol_kind,
            "module": _modules(node),
            "extended_module": metadata.extended_module,
            "category": metadata.category,
            "path": path,
            "usr": metadata.external_id,
            "platforms": platforms(metadata.platforms),
            "required": metadata.required,
            "deprecated": _is_deprecated(node),
            "tags": [tag.text for tag in metadata.tags or []],
            "estimated_time": metadata.estimated_time,
            "changes": _changes(node),
            "source": metadata.remote_source.url if metadata.remote_source else None,
            **_custom(node),
        }
    )


def _modules(node: RenderNode) -> str:
    modules = node.metadata.modules or []
    names = [name for module in modules for name in (module.name, *(module.related_modules or []))]
    return ", ".join(filter(None, names))


def _changes(node: RenderNode) -> list[str]:
    """How releases of SDKs changed a symbol, one phrase a release."""
    changes = (node.diff_availability or {}).values()
    return [
        f"{change.change} in {change.platform} {', '.join(change.versions)}" for change in changes
    ]


def _custom(node: RenderNode) -> dict[str, list[str]]:
    """Metadata that authors invent: pairs in one list, since their keys could be any text."""
    pairs = node.metadata.custom_metadata or {}
    return {"custom": [f"{key}: {value}" for key, value in pairs.items()]}


def _is_deprecated(node: RenderNode) -> bool:
    return bool(node.deprecation_summary) or is_deprecated(node.metadata.platforms)


def _deprecation(node: RenderNode, ctx: Context) -> str:
    """What users of an old or missing symbol must know, set apart before all else."""
    words: list[Block] = list(node.deprecation_summary or [])
    if not words:
        words = [
            Paragraph(inline_content=[Text(text=told)])
            for told in messages(node.metadata.platforms)
        ]
    if not words and not _is_deprecated(node):
        return ""
    label = "Deprecated" if _is_deprecated(node) else "Availability"
    return md.quotation(run_in(strong(f"{label}:" if words else label), words, ctx))


def _availability_note(node: RenderNode, ctx: Context) -> str:
    when = availability(node.metadata.conformance, ctx)
    return note(when[:1].upper() + when[1:]) if when else ""


def _sample_code(node: RenderNode, ctx: Context) -> str:
    action = reference(node.sample_code_download.action, ctx) if node.sample_code_download else ""
    return md.join([action, blocks(node.download_not_available_summary, ctx)])


def summary(node: RenderNode, ctx: Context) -> str:
    """The abstract as one line without links, for lists in other files than the page's own."""
    with ctx.inside_link():
        return inlines(node.abstract, ctx).strip()


def curated(node: RenderNode) -> Iterator[str]:
    """The identifiers of the pages that this one lists as its topics or chapters, in order."""
    for group in node.topic_sections or []:
        yield from group.identifiers
    for part in node.sections or []:
        if isinstance(part, Volume):
            for chapter in part.chapters:
                yield from chapter.tutorials
