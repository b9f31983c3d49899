"""Declarations of symbols, in every language and for every platform that has its own."""

from collections.abc import Sequence

from docc2context.markdown import blocks as md
from docc2context.markdown.code import code_span
from docc2context.markdown.inline import link
from docc2context.model.sections import Declaration, OtherDeclarations
from docc2context.model.symbol import Fragment
from docc2context.render.conformance import available_when
from docc2context.render.context import Context
from docc2context.render.inline import page_link
from docc2context.render.listing import listing
from docc2context.render.remarks import bold_label


def plain(fragments: Sequence[Fragment]) -> str:
    """The text of declaration fragments, without the line break that ends some."""
    return "".join([fragment.text for fragment in fragments]).rstrip()


def _mention_types(fragments: Sequence[Fragment], ctx: Context) -> None:
    """Note the types that a declaration is made of, for the link graph."""
    for fragment in fragments:
        if fragment.identifier:
            ctx.mention(fragment.identifier, "declaration")


def type_span(fragments: Sequence[Fragment], ctx: Context) -> str:
    """A declared type as code, linked to the page of the type that it names, if it names one.

    A type that no reference describes is not reported: the web page shows it as code alone, too.
    """
    _mention_types(fragments, ctx)
    code = code_span(plain(fragments))
    match list({part.identifier for part in fragments if part.identifier}):
        case [identifier] if code:
            page = ctx.destination(identifier, ctx.describe_if_known(identifier))
            return ctx.budget.spend(link(code, page)) if page else code
        case _:
            return code


def declarations(nodes: Sequence[Declaration], page_language: str, ctx: Context) -> str:
    """Declarations as code; platforms are named where several declarations differ by them."""
    differ = len(nodes) > 1 and len(set(map(_platforms, nodes))) > 1
    rendered = []
    for node in nodes:
        language = (node.languages or [page_language])[0]
        if differ and (label := _platforms(node)):
            rendered.append(bold_label(label))
        text = plain(node.tokens)
        ctx.declaration = ctx.declaration or text
        rendered.append(listing([text], language))
        _mention_types(node.tokens, ctx)
        if node.other_declarations:
            rendered.append(_others(node.other_declarations, language, ctx))
    return md.join(rendered)


def _platforms(node: Declaration) -> str:
    return ", ".join(platform for platform in node.platforms if platform)


def _others(others: OtherDeclarations, language: str, ctx: Context) -> str:
    """The other overloads of a group, each with a link to its own page."""
    if not others.declarations:
        return ""
    rendered = [bold_label("Other overloads:")]
    for other in others.declarations:
        name = page_link(other.identifier, ctx)
        when = available_when(other.conformance, ctx)
        rendered.append(md.paragraph(f"{name} ({when})" if when else name))
        rendered.append(listing([plain(other.tokens)], language))
    return md.join(rendered)
