"""What precedes a page's declarations: its abstract, and what must be known before using it."""

from collections.abc import Iterable, Iterator

from docc2context.markdown import blocks as md
from docc2context.markdown.inline import split_code
from docc2context.model.block import Block, Paragraph
from docc2context.model.inline import CodeVoice, Inline, ReferenceLink, Text
from docc2context.model.page import PageVariant, RenderNode
from docc2context.render.availability import is_deprecated, messages
from docc2context.render.block import blocks, run_in
from docc2context.render.conformance import available_when
from docc2context.render.context import Context
from docc2context.render.inline import inlines, is_plain, link_to, reference
from docc2context.render.language_names import language_name
from docc2context.render.remarks import bold_label, note
from docc2context.render.titles import page_title, title_of


def lead_parts(node: RenderNode, ctx: Context) -> list[str]:
    """All of it, in DocC's order; parts that a page does not have are empty."""
    ctx.lookups.begin_field("abstract")
    ctx.lookups.begin_item()
    abstract = inlines(node.abstract, ctx)
    if not node.abstract or is_plain(node.abstract):
        ctx.abstract = abstract
    return [
        _other_title(node),
        _deprecation(node, ctx),
        md.paragraph(abstract),
        _availability_note(node, ctx),
        _alternatives(node, ctx),
        _sample_code(node, ctx),
    ]


def _other_title(node: RenderNode) -> str:
    """A tutorial's own title, where its metadata have another, which heads the page."""
    title = (node.title or "").strip()
    return bold_label(title) if title and title != page_title(node).strip() else ""


def _deprecation(node: RenderNode, ctx: Context) -> str:
    """What users of an old or missing symbol must know, set apart before all else."""
    words: list[Block] = [_with_code(block) for block in node.deprecation_summary or ()]
    if not words:
        words = [_message(text) for text in messages(node.metadata.platforms)]
    ctx.is_deprecated = is_deprecated(node, ctx)
    if not words and not ctx.is_deprecated:
        return ""
    label = "Deprecated" if ctx.is_deprecated else "Availability"
    return md.quotation(run_in(bold_label(f"{label}:" if words else label), words, ctx))


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


def _availability_note(node: RenderNode, ctx: Context) -> str:
    when = available_when(node.metadata.conformance, ctx)
    return md.paragraph(note(when[:1].upper() + when[1:])) if when else ""


def _alternatives(node: RenderNode, ctx: Context) -> str:
    """Links to the pages that stand for this one in other languages, if they are not its own."""
    alternatives = node.variants or ()
    if len(alternatives) < 2 or len({tuple(variant.paths) for variant in alternatives}) < 2:
        return ""  # as nearly always, and soon seen
    variants = list(_with_languages(alternatives))
    own_language = node.identifier.interface_language
    own = next((variant for variant, languages in variants if own_language in languages), None)
    if own is None:
        return ""
    ours = frozenset(own.paths)
    links: dict[str, str] = {}
    lines: list[str] = []
    for variant, languages in variants:
        # Looked at once, however many languages it is for.
        others = [path for path in variant.paths if path not in ours]
        for language in filter(None, languages if others else ()):
            label = bold_label(f"{language_name(language)}:")
            for path in others:
                if path not in links:
                    links[path] = link_to(path, None, ctx)
                lines.append(ctx.budget.spend(f"{label} {links[path]}"))
    return md.join(lines)


def _with_languages(
    variants: Iterable[PageVariant],
) -> Iterator[tuple[PageVariant, list[str | None]]]:
    """Each variant with the languages that it is for, as far as none before it is for them, too.

    Where several are for one language, DocC's web page leads to the first.
    """
    seen: set[str | None] = set()
    for variant in variants:
        its_own = dict.fromkeys([trait.interface_language for trait in variant.traits])
        languages = [language for language in its_own if language not in seen]
        seen.update(languages)
        yield variant, languages


def _sample_code(node: RenderNode, ctx: Context) -> str:
    download = node.sample_code_download
    if download is None and not node.download_not_available_summary:
        return ""
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
