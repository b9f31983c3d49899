"""Topics, default implementations, relationships and see also: the lists that end a page."""

from collections.abc import Sequence

from docc2context.markdown import blocks as md
from docc2context.model.block import Block, Heading
from docc2context.model.page import RelationshipGroup, TopicGroup
from docc2context.model.sections import Content
from docc2context.render.block import blocks_below
from docc2context.render.conformance import conforms_when
from docc2context.render.context import Context
from docc2context.render.headings import generated_anchor
from docc2context.render.inline import inlines, link_to
from docc2context.render.page_lists import PageList, other_names_in_brackets, page_list, tell_apart

_GROUP_LEVEL = 3
"""The level of the headings of groups, in Markdown as in their authors' sources."""

_EMPTY = TopicGroup()

_SEE_ALSO = "see-also"
"""The relation of pages to their neighbours, which may be overloads of their own."""

_RELATIONS = {
    "conformsTo": "conforms-to",
    "conformingTypes": "conforming-type",
    "inheritsFrom": "inherits-from",
    "inheritedBy": "inherited-by",
}
"""DocC's types of relationships, as the link graph names them."""


def topic_groups(title: str, relation: str, groups: Sequence[TopicGroup], ctx: Context) -> str:
    """A section of grouped links."""
    blocks = [ctx.heading(2, title, generated_anchor(title))]
    shown = [parts for group in groups if (parts := _group(group, relation, ctx))]
    # All groups together: authors sort overloads under whatever headings they like.
    tell_apart([pages for _, pages in shown], ctx, ctx.name if relation == _SEE_ALSO else None)
    for above, pages in shown:
        blocks += [*above, md.bullets(pages.lines())]
    return md.join(blocks)


def _group(group: TopicGroup, relation: str, ctx: Context) -> tuple[list[str], PageList] | None:
    """The blocks above the links, the discussion last, and the links; None for an empty group.

    Rendered, that would take some 400 bytes of memory, and a page has room for millions.
    """
    ctx.lookups.begin_item()
    if group == _EMPTY:
        return None
    title = group.title or ""
    above = [ctx.heading(_GROUP_LEVEL, title, group.anchor or title.replace(" ", "-"))]
    if group.abstract:
        above.append(md.paragraph(inlines(group.abstract, ctx)))
    if group.discussion:
        above.append(blocks_below(_GROUP_LEVEL, _words(group.discussion), ctx))
    with ctx.relating(relation):
        return above, page_list(group.identifiers, ctx)


def _words(discussion: Content) -> Sequence[Block]:
    """What an author says of a group, without the heading that swift-docc puts above it."""
    match discussion.content:
        case [Heading(text="Discussion", anchor="discussion"), *content]:
            return content
        case content:
            return content


def relationships(groups: Sequence[RelationshipGroup], ctx: Context) -> str:
    """What a type inherits from and conforms to, with the constraints under which it does.

    Empty if no group has an item, as for a superclass that swift-docc has no name for.
    """
    is_empty = not any(group.identifiers for group in groups)
    rendered = [] if is_empty else [ctx.heading(2, "Relationships", "relationships")]
    for group in groups:
        with ctx.relating(_RELATIONS.get(group.type, "relationship")):
            rendered.append(_relationship(group, ctx))
    return md.join(rendered)


def _relationship(group: RelationshipGroup, ctx: Context) -> str:
    ctx.lookups.begin_item()
    if not group.identifiers:
        return ""
    head = ctx.heading(3, group.title)
    lines = [_related(identifier, ctx) for identifier in dict.fromkeys(group.identifiers)]
    return md.join([head, md.bullets(lines)])


def _related(identifier: str, ctx: Context) -> str:
    described = ctx.describe(identifier)
    name = link_to(identifier, described, ctx) + other_names_in_brackets(identifier, ctx)
    when = conforms_when(described.reference if described else None, ctx)
    return ctx.budget.spend(f"{name} ({when})") if when else name
