"""A page in another language: what it leaves unchanged, and what it calls things."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from docc2context.model.page import RelationshipGroup, RenderNode, TopicGroup
from docc2context.model.patch import PatchedText, new_title
from docc2context.model.reference import TopicReference, UnresolvableReference
from docc2context.model.variants import Variant
from docc2context.render.context import Context
from docc2context.render.language_names import language_name
from docc2context.render.titles import title_of

_encode = msgspec.json.Encoder().encode


def matching_indices(theirs: Sequence[Any], ours: Sequence[Any]) -> list[int | None]:
    """For each of their nodes, the index of the equal one among ours; None where there is none.

    Takes linear time. What no patch touches is the same object in both.
    """
    if theirs == ours:  # as about half of them are, also where a patch repeats them
        return list(range(len(ours)))
    by_id = {id(node): place for place, node in enumerate(ours)}
    found = [by_id.get(id(node)) for node in theirs]
    if None in found:
        by_text = {_encode(node): place for place, node in enumerate(ours)}
        pairs = zip(theirs, found, strict=True)
        found = [by_text.get(_encode(node)) if at is None else at for node, at in pairs]
    return found


def beyond(theirs: Iterable[str], ours: Iterable[str]) -> list[str]:
    """Their texts that ours lack, in order; empty ones are dropped."""
    known = {"", *ours}
    return [text for text in theirs if text not in known]


class OtherLanguage:
    """A page in another language, and what things are called in it, each looked up once.

    Titles are made no more often than they are shown, because a patch may give one of megabytes to
    what a page lists a million times.
    """

    def __init__(self, node: RenderNode, variant: Variant, ctx: Context) -> None:
        self.name = language_name(variant.language)
        self.node = variant.node
        self.references = variant.references
        self.listed: dict[str, str] = {}
        """The titles that lists of the page show beside ours, by identifier."""
        self._texts = node.references
        self._links = ctx.links
        self._titles: dict[str, str | None] = {}

    def titles(self, identifiers: Iterable[str]) -> dict[str, str] | None:
        """The titles, as Markdown, of those identifiers that have another one here.

        None if one of them differs in more than its title.
        """
        found: dict[str, str] = {}
        for identifier in identifiers:
            if self.references.get(identifier) is self._texts.get(identifier):
                continue
            if identifier not in self._titles:
                self._titles[identifier] = self._title(identifier)
            title = self._titles[identifier]
            if title is None:
                return None
            if title:
                found[identifier] = title
        return found

    def _title(self, identifier: str) -> str | None:
        """Its title here; empty if the same or blank, None if more than the title differs."""
        own, other = self._texts.get(identifier), self.references.get(identifier)
        if not isinstance(other, PatchedText) or other.text is not own:
            return None
        title, reference = new_title(other), self._links.reference(identifier)
        if title is None or not isinstance(reference, TopicReference | UnresolvableReference):
            return None
        if title == reference.title or not title.strip():
            return ""
        return title_of(msgspec.structs.replace(reference, title=title))


def names_in_other_languages(
    field: str, node: RenderNode, others: Iterable[OtherLanguage]
) -> dict[str, list[tuple[str, str]]]:
    """By identifier, each language that has another name for it, and that name.

    Only for groups that both languages list alike: one that differs is shown by itself.
    """
    names: dict[str, list[tuple[str, str]]] = {}
    groups: Sequence[TopicGroup | RelationshipGroup] = getattr(node, field)
    for other in others:
        titles: dict[str, str] = {}
        for place in matching_indices(getattr(other.node, field) or (), groups):
            if place is not None:
                titles.update(other.titles(groups[place].identifiers) or {})
        other.listed.update(titles)
        for identifier, title in titles.items():
            names.setdefault(identifier, []).append((other.name, title))
    return names
