"""What stands in a page's front matter."""

from collections.abc import Mapping, Sequence

from docc2context.markdown.front_matter import front_matter
from docc2context.model.page import RenderNode, VersionChange
from docc2context.model.reference import TopicReference
from docc2context.model.variants import Variant
from docc2context.render.availability import platforms
from docc2context.render.context import Context
from docc2context.render.language_names import language_name
from docc2context.render.titles import owner_by_address

_ALL_MODULES = ["overview", "collection"]
"""The roles of a page of all modules and of a module below it."""


def page_front_matter(node: RenderNode, others: Sequence[Variant], path: str, ctx: Context) -> str:
    """What a page says of itself, for programs; `path` is DocC's own."""
    metadata = node.metadata
    return front_matter(
        {
            "title": ctx.title,
            "kind": node.kind,
            "role": metadata.role,
            "role_heading": metadata.role_heading,
            "symbol_kind": metadata.symbol_kind,
            "parent": _parent(node, ctx),
            "module": _modules(node),
            "related_modules": _related_modules(node),
            "extended_module": metadata.extended_module,
            "category": metadata.category,
            "languages": _languages(node, others),
            "path": path,
            "usr": metadata.external_id,
            "platforms": platforms(metadata.platforms) if metadata.platforms else None,
            "required": metadata.required,
            "deprecated": ctx.is_deprecated,
            "tags": [tag.text for tag in metadata.tags] if metadata.tags else None,
            "estimated_time": metadata.estimated_time,
            "changes": _changes(node.diff_availability) if node.diff_availability else None,
            "source": metadata.remote_source.url if metadata.remote_source else None,
            "custom": _custom(metadata.custom_metadata) if metadata.custom_metadata else None,
        }
    )


def _parent(node: RenderNode, ctx: Context) -> str:
    """The title of what a page is a member of, or else of the nearest page above it.

    A symbol's address names what declares it, wherever authors list it, and also where the page
    describes only what it implements. The module's page does not count, and one that groups others,
    such as `Sequence Implementations`, only if there is no other.
    """
    address = node.identifier.url.rpartition("/")[0]
    owner = ctx.links.reference(address)
    if isinstance(owner, TopicReference) and owner.role == "symbol":
        return owner.title
    above = _below_module(node, ctx)
    if address.lower() not in map(str.lower, above) and (name := owner_by_address(node)):
        return name
    groups: list[str] = []
    for identifier in reversed(above):
        title: str = getattr(ctx.links.reference(identifier), "title", "")
        if _role(identifier, ctx) != "collectionGroup":
            return title
        groups.append(title)
    return groups[0] if groups else ""


def _below_module(node: RenderNode, ctx: Context) -> list[str]:
    """The pages above a page, from the one below its own module's.

    An extended module is one of them. On Apple's site a page of all modules lies above them.
    """
    way = _way_down(node)
    has_all_modules = [_role(identifier, ctx) for identifier in way[:2]] == _ALL_MODULES
    return way[2:] if has_all_modules else way[1:]


def _role(identifier: str, ctx: Context) -> str | None:
    return getattr(ctx.links.reference(identifier), "role", None)


def _way_down(node: RenderNode) -> list[str]:
    """The pages above a page as DocC's web page shows them: the first path from its own root."""
    paths = node.hierarchy.paths if node.hierarchy else []
    if len(paths) > 1:
        url = node.identifier.url.lower()
        paths = [path for path in paths if path and url.startswith(path[0].lower())] or paths
    return paths[0] if paths else []


def _modules(node: RenderNode) -> str:
    modules = node.metadata.modules or ()
    return ", ".join([module.name for module in modules if module.name])


def _related_modules(node: RenderNode) -> list[str]:
    """The modules that must be imported as well, such as those that an extension extends."""
    return [name for module in node.metadata.modules or () for name in module.related_modules or ()]


def _changes(changes: Mapping[str, VersionChange]) -> list[str]:
    """How a symbol changed between releases of SDKs, one phrase per pair of releases."""
    return [f"{change.change} {_releases(change)}" for change in changes.values()]


def _releases(change: VersionChange) -> str:
    """The releases that were compared: as on the web page, two versions are the ends of a range."""
    match change.versions:
        case [before, after]:
            return f"between {change.platform} {before} and {after}"
        case versions:
            return f"in {change.platform} {', '.join(versions)}".rstrip()


def _languages(node: RenderNode, others: Sequence[Variant]) -> list[str] | None:
    """The languages of a page that has several, or one other than Swift."""
    if not others and node.identifier.interface_language in ("", "swift"):
        return None
    names = [node.identifier.interface_language, *(other.language for other in others)]
    return [language_name(name) for name in names]


def _custom(pairs: Mapping[str, str]) -> list[str]:
    """Metadata that authors invent: pairs in one list, since their keys could be any text."""
    return [f"{key}: {value}" for key, value in pairs.items()]
