"""What stands in a page's front matter."""

from collections.abc import Mapping, Sequence

from docc2context.markdown.front_matter import front_matter
from docc2context.model.page import RenderNode, VersionChange
from docc2context.model.variants import Variant
from docc2context.render.availability import platforms
from docc2context.render.context import Context
from docc2context.render.titles import language_name, page_title


def page_front_matter(node: RenderNode, others: Sequence[Variant], path: str, ctx: Context) -> str:
    """What a page says of itself, for programs; `path` is DocC's own."""
    metadata = node.metadata
    return front_matter(
        {
            "title": page_title(node),
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
    """The title of the nearest page above, below a module's: what a member is a member of.

    A page that groups others, such as `Sequence Implementations`, is one if there is no other.
    """
    if not node.hierarchy or not node.hierarchy.paths or len(node.hierarchy.paths[-1]) < 2:
        return ""
    groups: list[str] = []
    for identifier in reversed(node.hierarchy.paths[-1][1:]):
        described = ctx.links.describe(identifier)
        reference = described.reference if described else None
        title: str = getattr(reference, "title", "")
        if getattr(reference, "role", None) != "collectionGroup":
            return title
        groups.append(title)
    return groups[0]


def _modules(node: RenderNode) -> str:
    modules = node.metadata.modules or ()
    return ", ".join([module.name for module in modules if module.name])


def _related_modules(node: RenderNode) -> list[str]:
    """The modules that must be imported as well, as those that an extension extends."""
    return [name for module in node.metadata.modules or () for name in module.related_modules or ()]


def _changes(changes: Mapping[str, VersionChange]) -> list[str]:
    """How releases of SDKs changed a symbol, one phrase a release."""
    return [
        f"{change.change} in {change.platform} {', '.join(change.versions)}"
        for change in changes.values()
    ]


def _languages(node: RenderNode, others: Sequence[Variant]) -> list[str] | None:
    """The languages of a page that has several, or another one than Swift."""
    if not others and node.identifier.interface_language in ("", "swift"):
        return None
    names = [node.identifier.interface_language, *(other.language for other in others)]
    return [language_name(name) for name in names]


def _custom(pairs: Mapping[str, str]) -> list[str]:
    """Metadata that authors invent: pairs in one list, since their keys could be any text."""
    return [f"{key}: {value}" for key, value in pairs.items()]
