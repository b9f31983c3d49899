"""How a page in another language differs from the page in its own."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any

from docc2context.markdown import blocks as md
from docc2context.markdown.escape import escape
from docc2context.markdown.inline import link, safe_url
from docc2context.model.page import Metadata, RelationshipGroup, RenderNode, TopicGroup
from docc2context.render.availability import platforms
from docc2context.render.block import strong
from docc2context.render.context import Context
from docc2context.render.lookups import Lookups
from docc2context.render.other_language import OtherLanguage, matching_indices
from docc2context.render.parts import Parts, page_parts
from docc2context.render.remarks import note
from docc2context.render.sections import section_title
from docc2context.render.titles import page_name, page_title, title_of


def variant_parts(node: RenderNode, own: Parts, other: OtherLanguage, ctx: Context) -> Parts:
    """What a page has in another language and not in its own, which is `own`."""
    name = other.name
    other_ctx = ctx.variant(name, other.references)
    rest, renamed = _rest(node, ctx.lookups, other)
    parts = page_parts(rest, other_ctx, ())
    lead = _beyond(parts.lead, own.lead)
    declared = _beyond(parts.declarations, own.declarations)
    if (facts := ctx.budget.spend(_variant_facts(node, other.node))) or lead or declared:
        lead.insert(0, f"{strong(f'{name}:')} {facts}" if facts else strong(name))
    if ctx.is_deprecated and not other_ctx.is_deprecated:
        declared.append(note(f"Not deprecated in {name}."))
    declared += _remarks(name, node, other.node, _names(renamed, other.listed, ctx))
    sections = _unshown(parts.sections, own.sections, name, other_ctx)
    return Parts(lead, declared, sections)


_REQUIRED = {True: "required", False: "not required"}


def _beyond(theirs: Iterable[str], ours: Iterable[str]) -> list[str]:
    shown = {"", *ours}
    return [text for text in theirs if text not in shown]


def _rest(
    node: RenderNode, own: Lookups, other: OtherLanguage
) -> tuple[RenderNode, dict[str, str]]:
    """The page in another language without what is the same in its own.

    And, by identifier, the titles of what the omitted parts mention under other names: another name
    alone does not make a part differ.
    """
    rest = copy(other.node)
    renamed: dict[str, str] = {}
    for field, looked_up in own.by_field.items():
        ours, theirs = getattr(node, field) or (), getattr(rest, field)
        if not theirs:
            continue
        if field == "abstract":  # one item, which is a list itself
            ours, theirs = [ours], [theirs]
        differing, titles = _differing(theirs, ours, looked_up, other)
        kept = _without_bare_titles(differing, ours)
        renamed.update(titles)
        setattr(rest, field, kept[0] if kept and field == "abstract" else kept)
    return rest, renamed


def _differing(
    theirs: Sequence[Any], ours: Sequence[Any], looked_up: Sequence[list[str]], other: OtherLanguage
) -> tuple[list[Any], dict[str, str]]:
    """Their items that differ from ours, or mention what differs in more than its name.

    And, by identifier, the other titles of what the rest of them mention. `looked_up` has the
    identifiers that each of our items mentions.
    """
    differing: list[Any] = []
    renamed: dict[str, str] = {}
    titles_by_index: dict[int, dict[str, str] | None] = {}
    for item, index in zip(theirs, matching_indices(theirs, ours), strict=True):
        if index is None:
            differing.append(item)
            continue
        if index not in titles_by_index:  # any number of items may equal it
            titles_by_index[index] = titles = other.titles(looked_up[index])
            renamed.update(titles or ())
        if titles_by_index[index] is None:
            differing.append(item)
    return differing, renamed


def _without_bare_titles(theirs: Sequence[Any], ours: Sequence[Any]) -> list[Any]:
    """Without the groups that list nothing under a title which the page's own language has, too.

    Apple's pages leave such a group where the other language has none of what ours lists.
    """
    titles = {group.title for group in ours if isinstance(group, TopicGroup | RelationshipGroup)}
    return [item for item in theirs if not (_is_bare_title(item) and item.title in titles)]


def _is_bare_title(item: object) -> bool:
    match item:
        case TopicGroup(identifiers=[], abstract=abstract, discussion=discussion):
            return not (abstract or discussion)
        case RelationshipGroup(identifiers=[]):
            return True
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


def _remarks(name: str, node: RenderNode, other: RenderNode, names: str) -> Iterable[str]:
    """What a reader interested in the other language has to know."""
    if names:
        yield note(f"Names in {name}: {names}.")
    if missing := _missing_sections(node, other):
        yield note(f"Not in {name}: {missing}.")


def _unshown(sections: Iterable[str], shown: Iterable[str], name: str, ctx: Context) -> list[str]:
    """The sections that read differently from those shown, each headed by its language."""
    known = {"", *shown}
    suffix = ctx.suffix
    first_line_end = f"{suffix}\n"
    others = [text for text in sections if text.replace(first_line_end, "\n") not in known]
    return [
        text
        if text.partition("\n")[0].endswith(suffix)
        else md.join([ctx.budget.spend(strong(f"{name}:")), text])
        for text in others
    ]


def _missing_sections(node: RenderNode, other: RenderNode) -> str:
    """The titles of the page's own sections that it lacks in another language."""
    titles, others = (
        dict.fromkeys(map(section_title, page.primary_content_sections or ()))
        for page in (node, other)
    )
    return ", ".join(escape(title) for title in titles if title and title not in others)


def _variant_facts(node: RenderNode, other: RenderNode) -> str:
    """What the front matter would say of the page in another language, where it differs."""
    ours, theirs = node.metadata, other.metadata
    facts = [
        page_name(other) if page_title(other) != page_title(node) else "",
        escape(_changed(ours.role_heading, theirs.role_heading)),
        *map(escape, _beyond(platforms(theirs.platforms), platforms(ours.platforms))),
        _named("not on", " or ".join(_platforms_without(ours, theirs))),
        *(f"module {escape(name)}" for name in _beyond(_modules(theirs), _modules(ours))),
        _named("extends", _changed(ours.extended_module, theirs.extended_module)),
        "" if ours.required == theirs.required else _REQUIRED[theirs.required],
        _source(theirs) if _source(theirs) != _source(ours) else "",
    ]
    return ", ".join(filter(None, facts))


def _platforms_without(ours: Metadata, theirs: Metadata) -> list[str]:
    """Our platforms that another language, which names some, does not name."""
    names, others = (
        [item.name for item in metadata.platforms or () if item.name] for metadata in (ours, theirs)
    )
    return _beyond(names, others) if others else []


def _modules(metadata: Metadata) -> Iterator[str]:
    for module in metadata.modules or ():
        yield from (module.name, *(module.related_modules or ()))


def _named(label: str, name: str) -> str:
    return f"{label} {escape(name)}" if name else ""


def _source(metadata: Metadata) -> str:
    """The name of the file that declares the symbol, linked if it lies on the web."""
    source = metadata.remote_source
    if source is None:
        return ""
    name, address = escape(source.file_name or source.url), safe_url(source.url)
    return link(name, address) if address else name


def _changed(own: str | None, other: str | None) -> str:
    return other if other and other != own else ""
