"""How a page in another language differs from the page in its own."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any

from docc2context.markdown import blocks as md
from docc2context.markdown.escape import escape
from docc2context.model.page import RenderNode, TopicGroup
from docc2context.render.context import Context
from docc2context.render.lookups import Lookups
from docc2context.render.other_language import OtherLanguage, beyond, matching_indices
from docc2context.render.parts import Parts, page_parts
from docc2context.render.remarks import bold_label, note
from docc2context.render.sections import section_title
from docc2context.render.titles import title_of
from docc2context.render.variant_facts import variant_facts

_ABSTRACT = "abstract"
"""The one field that is a single item, which is a list itself."""


def variant_parts(node: RenderNode, own: Parts, other: OtherLanguage, ctx: Context) -> Parts:
    """What a page has in another language and not in its own, which is `own`."""
    name = other.name
    other_ctx = ctx.variant(name, other.references)
    rest, renamed = _without_shared(node, ctx.lookups, other)
    parts = page_parts(rest, other_ctx, ())
    lead = beyond(parts.lead, own.lead)
    declarations = beyond(parts.declarations, own.declarations)
    facts = ctx.budget.spend(variant_facts(node, other.node))
    if facts or lead or declarations:
        lead.insert(0, f"{bold_label(f'{name}:')} {facts}" if facts else bold_label(name))
    if ctx.is_deprecated and not other_ctx.is_deprecated:
        declarations.append(note(f"Not deprecated in {name}."))
    declarations += _remarks(name, node, other.node, _names(renamed, other.listed, ctx))
    sections = _unshown(parts.sections, own.sections, name, other_ctx)
    return Parts(lead, declarations, sections)


def _without_shared(
    node: RenderNode, own: Lookups, other: OtherLanguage
) -> tuple[RenderNode, dict[str, str]]:
    """The page in another language without what is the same in its own.

    Also, by identifier, the other names of what the omitted parts mention: another name alone does
    not make a part differ.
    """
    rest = copy(other.node)
    renamed: dict[str, str] = {}
    for field, looked_up in own.by_field.items():
        if theirs := _items(rest, field):
            ours = _items(node, field)
            differing, titles = _differing(theirs, ours, looked_up, other)
            _set_items(rest, field, _without_bare_titles(differing, ours))
            renamed.update(titles)
    return rest, renamed


def _items(node: RenderNode, field: str) -> Sequence[Any]:
    value: Sequence[Any] = getattr(node, field) or ()
    return [value] if field == _ABSTRACT and value else value


def _set_items(node: RenderNode, field: str, items: Sequence[Any]) -> None:
    setattr(node, field, items[0] if field == _ABSTRACT and items else items)


def _differing(
    theirs: Sequence[Any], ours: Sequence[Any], looked_up: Sequence[list[str]], other: OtherLanguage
) -> tuple[list[Any], dict[str, str]]:
    """Their items that differ from ours, or mention something that differs in more than its name.

    Also, by identifier, the other names of what the rest of their items mention. `looked_up` has
    the identifiers that each of our items mentions.
    """
    indices = matching_indices(theirs, ours)
    # Any number of theirs may equal one of ours: it is looked at once.
    titles = {i: other.titles(looked_up[i]) for i in dict.fromkeys(indices) if i is not None}
    differing = [
        item for item, i in zip(theirs, indices, strict=True) if i is None or titles[i] is None
    ]
    renamed: dict[str, str] = {}
    for found in filter(None, titles.values()):
        renamed.update(found)
    return differing, renamed


def _without_bare_titles(theirs: Sequence[Any], ours: Sequence[Any]) -> list[Any]:
    """Their items without groups that list nothing under a title which ours have, too.

    Apple's pages leave such a group where the other language has none of what ours lists.
    """
    if not theirs:
        return []
    titles = {group.title for group in ours if isinstance(group, TopicGroup)}
    return [item for item in theirs if not (_is_bare_title(item) and item.title in titles)]


def _is_bare_title(item: object) -> bool:
    match item:
        case TopicGroup(identifiers=[], abstract=abstract, discussion=discussion):
            return not (abstract or discussion)
        case _:
            return False


def _names(titles: Mapping[str, str], listed: Container[str], ctx: Context) -> str:
    """The names of things that the page mentions, except those that its lists give."""
    names = (
        ctx.budget.spend(f"{title} for {title_of(ctx.reference(identifier))}")
        for identifier, title in titles.items()
        if identifier not in listed
    )
    return ", ".join(dict.fromkeys(names))


def _remarks(name: str, node: RenderNode, other: RenderNode, names: str) -> Iterator[str]:
    """What a reader interested in the other language has to know."""
    if names:
        yield note(f"Names in {name}: {names}.")
    if missing := _missing_sections(node, other):
        yield note(f"Not in {name}: {missing}.")


def _missing_sections(node: RenderNode, other: RenderNode) -> str:
    """The titles of the page's own sections that it lacks in another language."""
    titles = _section_titles(node)
    others = _section_titles(other) if titles else titles
    return ", ".join([escape(title) for title in titles if title not in others])


def _section_titles(node: RenderNode) -> dict[str, None]:
    return dict.fromkeys(filter(None, map(section_title, node.primary_content_sections or ())))


def _unshown(sections: Iterable[str], shown: Iterable[str], name: str, ctx: Context) -> list[str]:
    """The sections that read differently from those shown, each headed by its language."""
    known = {"", *shown}
    end_of_heading = f"{ctx.suffix}\n"
    return [
        _under_language(section, name, ctx)
        for section in sections
        if section.replace(end_of_heading, "\n") not in known
    ]


def _under_language(section: str, name: str, ctx: Context) -> str:
    """A section whose heading names its language, or a label that does, and the section."""
    heading = section.partition("\n")[0]
    if heading.endswith(ctx.suffix):
        return section
    return md.join([ctx.budget.spend(bold_label(f"{name}:")), section])
