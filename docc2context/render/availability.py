"""On which platforms a symbol is available, as one short phrase each."""

from collections.abc import Sequence

from docc2context.model.page import RenderNode
from docc2context.model.symbol import Availability
from docc2context.render.context import Context

_TO_COME = "100000"
"""The version that stands for a future one: `API_TO_BE_DEPRECATED` of Apple's SDKs."""


def platforms(items: Sequence[Availability] | None) -> list[str]:
    """One phrase for each platform, such as `macOS 13.0+ (deprecated 15.0)`.

    An entry that is for all platforms has a phrase only for its versions, as articles have them.
    """
    return [_platform(item) for item in items or [] if item.name or _has_version(item)]


def is_deprecated(node: RenderNode, ctx: Context) -> bool:
    """Whether a page is deprecated as a whole, by the rules of swift-docc and its web page.

    A deprecation summary makes it so, or the page's own entry among its references, or its
    platforms: an entry that is for all of them, or those of every platform that still has it.
    """
    return (
        bool(node.deprecation_summary)
        or _all_deprecate(node.metadata.platforms or ())
        or ctx.is_called_deprecated(node.identifier.url)
    )


def is_beta(node: RenderNode) -> bool:
    """Whether a page is about a beta as a whole: on each of its platforms, as on the web page."""
    items = node.metadata.platforms or ()
    return bool(items) and all(item.beta for item in items)


def _all_deprecate(items: Sequence[Availability]) -> bool:
    deprecating = [item for item in items if _deprecates(item)]
    if not deprecating:
        return False
    for_all = any(item.name in (None, "", "*") for item in deprecating)
    return for_all or all(_deprecates(item) or _is_gone(item) for item in items)


def _deprecates(item: Availability) -> bool:
    return bool(item.deprecated or item.unconditionally_deprecated or item.deprecated_at)


def _is_gone(item: Availability) -> bool:
    return bool(item.unavailable or item.unconditionally_unavailable or item.obsoleted_at)


def messages(items: Sequence[Availability] | None) -> list[str]:
    """What the entries say beyond versions, each once: a message, a new name.

    The platforms are named where not all say the same.
    """
    speaking = [item for item in items or () if item.message or item.renamed]
    platforms_by_text: dict[str, list[str]] = {}
    for item in speaking:
        platforms_by_text.setdefault(_message(item), []).append(item.name or "")
    return [
        text if len(names) == len(items or ()) or "" in names else f"{', '.join(names)}: {text}"
        for text, names in platforms_by_text.items()
    ]


def _message(item: Availability) -> str:
    """An entry's message and new name; backticks mean code, as in all messages of the compiler."""
    renamed = f"Renamed to {_as_code(item.renamed)}" if item.renamed else ""
    if item.message and renamed:
        return f"{item.message.rstrip('. ')}. {renamed}"
    return item.message or renamed


def _as_code(name: str) -> str:
    return name if "`" in name else f"`{name}`"


def _has_version(item: Availability) -> bool:
    return bool(item.introduced_at or item.deprecated_at or item.obsoleted_at)


def _platform(item: Availability) -> str:
    version = f"{item.introduced_at}+" if item.introduced_at else ""
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
    head = " ".join(filter(None, [item.name, version]))
    joined = ", ".join(filter(None, notes))
    return f"{head} ({joined})" if head and joined else head or joined


def _since(word: str, version: str | None, *, holds: bool | None) -> str:
    if version:
        return f"to be {word}" if version.partition(".")[0] == _TO_COME else f"{word} {version}"
    return word if holds else ""
