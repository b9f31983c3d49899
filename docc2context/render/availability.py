"""On which platforms a symbol is available, as one short phrase each."""

from collections.abc import Sequence

from docc2context.model.page import RenderNode
from docc2context.model.symbol import Availability


def platforms(items: Sequence[Availability] | None) -> list[str]:
    """One phrase for each named platform, such as `macOS 13.0+ (deprecated 15.0)`."""
    return [_platform(item) for item in items or [] if item.name]


def is_deprecated(node: RenderNode) -> bool:
    """Whether a page has a summary of its deprecation, or an entry that calls it deprecated."""
    if node.deprecation_summary:
        return True
    for item in node.metadata.platforms or ():
        if item.deprecated or item.unconditionally_deprecated or item.deprecated_at:
            return True
    return False


def messages(items: Sequence[Availability] | None) -> list[str]:
    """What the entries say beyond versions, each once: a message, or the new name."""
    told = (
        item.message or (f"Renamed to {item.renamed}" if item.renamed else "")
        for item in items or []
    )
    return list(dict.fromkeys(filter(None, told)))


def _platform(item: Availability) -> str:
    version = f" {item.introduced_at}+" if item.introduced_at else ""
    notes = [
        "unavailable" if item.unavailable or item.unconditionally_unavailable else "",
        _since(
            "deprecated",
            item.deprecated_at,
            holds=item.deprecated or item.unconditionally_deprecated,
        ),
        _since("obsoleted", item.obsoleted_at, holds=False),
        "beta" if item.beta else "",
    ]
    told = ", ".join(filter(None, notes))
    return f"{item.name}{version}" + (f" ({told})" if told else "")


def _since(word: str, version: str | None, *, holds: bool | None) -> str:
    if version:
        return f"{word} {version}"
    return word if holds else ""
