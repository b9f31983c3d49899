"""What another language has as it is, and what things are called in it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from docc2context.model.page import RelationshipGroup, RenderNode, TopicGroup
from docc2context.model.patch import PatchedText, ReferenceText, new_title
from docc2context.model.reference import TopicReference, UnresolvableReference
from docc2context.model.variants import Variant
from docc2context.render.context import Context
from docc2context.render.titles import language_name, title_of

_encode = msgspec.json.Encoder().encode


def places(theirs: Sequence[Any], ours: Sequence[Any]) -> list[int | None]:
    """For each of their nodes the place of the equal one among ours; None where there is none.

    Takes time in proportion to them. What no patch touches is the same object in both.
    """
    by_id = {id(node): place for place, node in enumerate(ours)}
    found = [by_id.get(id(node)) for node in theirs]
    if None in found:
        by_text = {_encode(node): place for place, node in enumerate(ours)}
        pairs = zip(theirs, found, strict=True)
        found = [by_text.get(_encode(node)) if at is None else at for node, at in pairs]
    return found


def other_titles(
    identifiers: Iterable[str],
    texts: Mapping[str, ReferenceText],
    other_texts: Mapping[str, ReferenceText],
    ctx: Context,
) -> dict[str, str] | None:
    """The titles, as Markdown, of the identifiers that another language calls otherwise.

    None if one of them stands for something else there in more than its title.
    """
    titles: dict[str, str] = {}
    for identifier in dict.fromkeys(identifiers):
        own, other = texts.get(identifier), other_texts.get(identifier)
        if own is other:
            continue
        title = new_title(other) if isinstance(other, PatchedText) and other.text is own else None
        described = ctx.links.describe(identifier)
        reference = described.reference if described else None
        if title is None or not isinstance(reference, TopicReference | UnresolvableReference):
            return None
        if title != reference.title:
            titles[identifier] = title_of(msgspec.structs.replace(reference, title=title))
    return titles


def names_elsewhere(
    field: str, node: RenderNode, others: Iterable[Variant], ctx: Context
) -> dict[str, str]:
    """What a list of a page is to say of things that other languages list as well.

    By identifier, such as ``Objective-C: `KSloth` ``; of groups that the other language has
    otherwise nothing, as they are shown by themselves.
    """
    names: dict[str, list[str]] = {}
    groups: Sequence[TopicGroup | RelationshipGroup] = getattr(node, field)
    for other in others:
        language = language_name(other.language)
        for place in places(getattr(other.node, field) or (), groups):
            if place is not None:
                listed = groups[place].identifiers
                titles = other_titles(listed, node.references, other.references, ctx)
                for identifier, title in (titles or {}).items():
                    names.setdefault(identifier, []).append(f"{language}: {title}")
    return {identifier: ", ".join(dict.fromkeys(told)) for identifier, told in names.items()}
