"""The parts of a page in their order."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from docc2context.model.page import RenderNode
from docc2context.model.sections import Declarations
from docc2context.render.block import unknown
from docc2context.render.context import Context
from docc2context.render.lead import lead_parts
from docc2context.render.other_language import OtherLanguage, names_in_other_languages
from docc2context.render.sections import primary_section
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
    lead = lead_parts(node, ctx)
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
