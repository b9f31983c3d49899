"""Topics, default implementations, relationships and see also: the lists that end a page."""

from collections.abc import Sequence

from docc2context.markdown import blocks as md
from docc2context.model.page import RelationshipGroup, TopicGroup
from docc2context.render.block import blocks
from docc2context.render.context import Context
from docc2context.render.inline import inlines, page_link
from docc2context.render.links import conditions, page_links


def topic_groups(title: str, groups: Sequence[TopicGroup] | None, ctx: Context) -> str:
    """A section of grouped links; groups without links and words take no room."""
    if not groups:
        return ""
    head = ctx.heading(2, title, title.replace(" ", "-"))
    rendered = md.join(_group(group, ctx) for group in groups)
    return md.join([head, rendered]) if rendered else ""


def _group(group: TopicGroup, ctx: Context) -> str:
    links = page_links(group.identifiers, ctx)
    title = group.title or ""
    head = ctx.heading(3, title, title.replace(" ", "-"))
    discussion = blocks(group.discussion.content, ctx) if group.discussion else ""
    body = md.join([md.paragraph(inlines(group.abstract, ctx)), discussion, links])
    return md.join([head, body]) if body else ""


def relationships(groups: Sequence[RelationshipGroup] | None, ctx: Context) -> str:
    """What a type inherits from and conforms to, with the constraints under which it does."""
    if not groups:
        return ""
    head = ctx.heading(2, "Relationships", "relationships")
    return md.join([head, *(_relationship(group, ctx) for group in groups)])


def _relationship(group: RelationshipGroup, ctx: Context) -> str:
    lines = []
    for identifier in dict.fromkeys(group.identifiers):
        name = page_link(identifier, ctx)
        when = conditions(ctx.links.reference(identifier), ctx)
        lines.append(f"{name} ({when})" if when else name)
    return md.join([ctx.heading(3, group.title), md.bullets(lines)])
