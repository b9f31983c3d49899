"""Objects in a page's JSON as DocC's web page shows them: what it leaves out, what it adds."""

from typing import Any

_RICHER = {"titleInlineContent": "title", "overridingTitleInlineContent": "overridingTitle"}
"""Members with markup, and the plain ones that they are shown instead of."""


def shown_members(node: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    """An object as the page shows it; `name` is what the walk calls it, `key` where it stands."""
    node = _without_overridden(node)
    if name == "aside":
        return _with_name(node)
    if key == "relationshipsSections":
        return _without_bare_title(node)
    return _without_generated_heading(node) if key == "discussion" else node


def _without_overridden(node: dict[str, Any]) -> dict[str, Any]:
    """An object without the members that another one is shown instead of."""
    hidden = {plain for rich, plain in _RICHER.items() if node.get(rich)}
    if node.get("overridingTitle") or node.get("overridingTitleInlineContent"):
        hidden.add("identifier")
    if node.get("kind") == "declarations":
        node = {**node, "declarations": _without_common_platforms(node.get("declarations"))}
    return {key: value for key, value in node.items() if key not in hidden}


def _without_common_platforms(declarations: object) -> object:
    """Declarations without their platforms, unless it is those that tell them apart."""
    if not isinstance(declarations, list):
        return declarations
    objects = [node for node in declarations if isinstance(node, dict)]
    if any(node.get("platforms") != objects[0].get("platforms") for node in objects):
        return declarations
    return [
        {key: node[key] for key in node if key != "platforms"} if isinstance(node, dict) else node
        for node in declarations
    ]


def _with_name(aside: dict[str, Any]) -> dict[str, Any]:
    """An aside without a name (schema 0.1) shows its style."""
    style = aside.get("style")
    if aside.get("name") or not isinstance(style, str):
        return aside
    return {**aside, "name": style.capitalize()}


def _without_bare_title(group: dict[str, Any]) -> dict[str, Any]:
    """Relationships without their title, which DocC makes itself, if there are none below it."""
    is_bare = not group.get("identifiers")
    return {key: value for key, value in group.items() if not (is_bare and key == "title")}


def _without_generated_heading(discussion: dict[str, Any]) -> dict[str, Any]:
    """Without the heading that swift-docc puts above what is said of a group of topics.

    In its place stands a null, so that the pointers of what follows stay right.
    """
    match discussion.get("content"):
        case [{"type": "heading", "text": "Discussion", "anchor": "discussion"}, *said]:
            return {**discussion, "content": [None, *said]}
        case _:
            return discussion


def shown_reference(reference: dict[str, Any]) -> dict[str, Any]:
    """A reference as a list shows it: by its title.

    A property list key has two names, one of which is its title; the other stands beside it.
    """
    hidden = {"identifier", "name", "ideTitle"}
    if reference.get("ideTitle"):
        hidden.remove("name" if reference.get("titleStyle") == "title" else "ideTitle")
    return {key: value for key, value in reference.items() if key not in hidden}
