"""The primary content sections of a documentation page: one function per kind, in one table."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from docc2context.markdown import blocks as md
from docc2context.markdown.code import code_block, code_span
from docc2context.markdown.escape import escape
from docc2context.model.block import Heading
from docc2context.model.sections import (
    Attributes,
    Content,
    Declarations,
    Details,
    Mentions,
    Parameters,
    PossibleValues,
    PrimarySection,
    Properties,
    Property,
    RestBody,
    RestEndpoint,
    RestParameters,
    RestResponse,
    RestResponses,
    TypeDetail,
    UnknownPrimarySection,
)
from docc2context.model.symbol import Fragment
from docc2context.render.attributes import attribute
from docc2context.render.block import blocks, labelled, labelled_item, unknown
from docc2context.render.context import Context
from docc2context.render.declarations import declarations, plain, type_span
from docc2context.render.headings import generated_anchor
from docc2context.render.inline import page_link


def primary_section(node: PrimarySection, language: str, ctx: Context) -> str:
    """One section; `language` is the page's own, for declarations that do not name theirs."""
    match node:
        case Declarations():
            return declarations(node.declarations, language, ctx)
        case Content(title=title) if title:
            return md.join([ctx.heading(2, title), blocks(node.content, ctx)])
        case Content():
            return blocks(node.content, ctx)
        case Parameters():
            items = [labelled_item(_name(p.name), p.content, ctx) for p in node.parameters]
            return _list_section("Parameters", items, ctx)
        case Mentions():
            with ctx.relating("mention"):
                return _list_section("Mentioned In", _bullets(node.mentions, ctx), ctx, "mentions")
        case Properties() | RestParameters():
            return _list_section(node.title, [_property(item, ctx) for item in node.items], ctx)
        case RestEndpoint():
            url = code_block(["".join(token.text for token in node.tokens)], "http")
            return md.join([ctx.heading(2, node.title), url])
        case RestBody():
            return _rest_body(node, ctx)
        case RestResponses():
            return _list_section(node.title, [_response(item, ctx) for item in node.items], ctx)
        case Details():
            return _details(node, ctx)
        case Attributes():
            items = [md.bullets([attribute(item, ctx)]) for item in node.attributes or []]
            return _list_section(node.title, items, ctx)
        case PossibleValues():
            items = [labelled_item(_name(v.name), v.content, ctx) for v in node.values]
            return _list_section(node.title or "Possible Values", items, ctx, "possibleValues")
        case UnknownPrimarySection():
            return unknown(node.name, node.content, ctx)
        case _:
            assert_never(node)


def section_title(node: PrimarySection) -> str:
    """A section's heading; empty for declarations, mentions and what has no heading."""
    match node:
        case Content(title=str(title)) if title:
            return title
        case Content(content=[Heading(text=title), *_]):
            return title
        case Parameters():
            return "Parameters"
        case PossibleValues():
            return node.title or "Possible Values"
        case Declarations() | Mentions() | Content() | UnknownPrimarySection():
            return ""
        case _:
            return node.title


def _list_section(title: str, items: Sequence[str], ctx: Context, anchor: str | None = None) -> str:
    """A heading and a list; empty for no items. The anchor is made of the title if not given."""
    kept = list(filter(None, items))
    if not kept:
        return ""
    head = ctx.heading(2, title, anchor or generated_anchor(title))
    return md.join([head, md.loose_or_tight(kept)])


def _bullets(identifiers: Iterable[str], ctx: Context) -> list[str]:
    return [md.bullets([page_link(identifier, ctx)]) for identifier in identifiers]


def _name(name: str) -> str:
    """What a list tells about; swift-docc keeps the spaces before the colon that follows it."""
    return code_span(name.strip())


def _with_notes(name: str, notes: Iterable[str]) -> str:
    """A name followed, in brackets, by the notes that are not empty."""
    joined = ", ".join(filter(None, notes))
    return f"{name} ({joined})" if joined else name


def _property(item: Property, ctx: Context) -> str:
    notes = [
        _types(item.type, item.type_details, ctx),
        code_span(item.mime_type or ""),
        "required" if item.required else "",
        "read-only" if item.read_only else "",
        "deprecated" if item.deprecated else "",
        f"introduced in {escape(item.introduced_version)}" if item.introduced_version else "",
    ]
    description = labelled(_with_notes(_name(item.name), notes), item.content, ctx)
    lines = [attribute(one, ctx) for one in item.attributes or []]
    attributes = md.bullets(lines)
    return md.list_item("-", md.with_list_below(description, attributes))


def _types(
    fragments: Sequence[Fragment], details: Sequence[TypeDetail] | None, ctx: Context
) -> str:
    """The declared type, followed by the plain one where they differ, or the only one of them."""
    declared = type_span(fragments, ctx)
    plain_types = _plain_types([detail for detail in details or [] if detail.base_type])
    if plain_types and plain_types != plain(fragments):
        plain_code = code_span(plain_types)
        return f"{declared} ({plain_code})" if declared else plain_code
    return declared


def _plain_types(details: Iterable[TypeDetail]) -> str:
    """The types as alternatives, `*` for any; empty if they are all `*`."""
    types = [_plain_type(detail) for detail in details]
    return " | ".join(types) if set(types) != {"*"} else ""


def _plain_type(detail: TypeDetail) -> str:
    base = (detail.base_type or "").strip() or "*"
    return f"[{base}]" if detail.array_mode else base


def _rest_body(node: RestBody, ctx: Context) -> str:
    body_type = type_span(node.body_content_type, ctx)
    mime_type = code_span(node.mime_type or "")
    if body_type:
        types = _with_notes(body_type, [f"content type {mime_type}" if mime_type else ""])
    else:
        types = f"Content type: {mime_type}" if mime_type else ""
    head = ctx.heading(2, node.title)
    parts = md.loose_or_tight([_property(item, ctx) for item in node.parameters or []])
    parts_head = ctx.heading(3, "Parts") if parts else ""
    return md.join([head, types, blocks(node.content, ctx), parts_head, parts])


def _response(node: RestResponse, ctx: Context) -> str:
    code = "" if node.status is None else code_span(str(node.status))
    status = " ".join(filter(None, [code, escape(node.reason or "")]))
    notes = [
        type_span(node.type, ctx),
        code_span(node.mime_type or node.mimetype or ""),
    ]
    return labelled_item(_with_notes(status, notes), node.content, ctx)


def _details(node: Details, ctx: Context) -> str:
    details = node.details
    keys = (details.raw_name or "", details.name)
    lines = {
        "Key": ", ".join(filter(None, map(code_span, dict.fromkeys(keys)))),
        "Name": escape(details.ide_title or ""),
        "Type": code_span(_plain_types(details.value)),
        "Platforms": escape(", ".join(details.platforms)),
    }
    return _list_section(
        node.title, [f"- {name}: {value}" for name, value in lines.items() if value], ctx
    )
