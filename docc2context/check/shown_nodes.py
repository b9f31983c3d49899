"""Nodes of a page's JSON as DocC's web page shows them: joined, overridden, without repetition."""

from typing import Any
from urllib.parse import unquote

JOINED = {"text": "text", "codeVoice": "code"}
_RICHER = {"titleInlineContent": "title", "overridingTitleInlineContent": "overridingTitle"}

MERGED: Any = object()
"""Stands for text that was joined to what is before it."""


def coalesced(values: list[Any]) -> list[Any]:
    """Neighbours of plain text or of code as one node: DocC cuts text where its source does."""
    merged = list(values)
    first: int | None = None
    for i, value in enumerate(values):
        key = JOINED.get(str(value.get("type"))) if isinstance(value, dict) else None
        if key is None or not isinstance(value.get(key), str):
            first = None
        elif first is not None and merged[first]["type"] == value["type"]:
            merged[first] = {**merged[first], key: merged[first][key] + value[key]}
            merged[i] = MERGED
        else:
            first = i
    return merged


def with_texts(values: list[Any]) -> list[Any]:
    """Inline content, its bare strings and numbers made text nodes, because they read as text."""
    return [{"type": "text", "text": str(one)} if _is_bare(one) else one for one in values]


def _is_bare(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def with_names(values: list[Any], references: dict[str, Any]) -> list[Any]:
    """Inline content, its mentions made text nodes where their plain words touch other words.

    Where no link can be made, as to a page that is not described, a reader sees a single word.
    """
    names = [_name_in_words(value, references) for value in values]
    if not any(names):
        return values
    words = ["", *(name or _text(value) for name, value in zip(names, values, strict=True)), ""]
    touched = (
        _is_one_word(before, name) or _is_one_word(name, after)
        for before, name, after in zip(words, names, words[2:], strict=False)
    )
    return [
        {"type": "text", "text": name} if name and is_touched else value
        for value, name, is_touched in zip(values, names, touched, strict=True)
    ]


def _name_in_words(node: object, references: dict[str, Any]) -> str:
    """How a mention names a page; empty for what mentions none, and for names of more than text."""
    if not isinstance(node, dict) or node.get("type") != "reference":
        return ""
    if rich := node.get("overridingTitleInlineContent"):
        return _plain(rich)
    if title := node.get("overridingTitle"):
        return str(title)
    identifier = str(node.get("identifier") or "")
    reference = references.get(identifier)
    if not isinstance(reference, dict):
        return _last_part(identifier)
    is_page = reference.get("type") == "topic"
    is_link = not is_page and node.get("isActive") is not False
    if is_link or _is_code(reference):
        return ""
    if rich := reference.get("titleInlineContent"):
        return _plain(rich)
    return str(reference.get("title") or "") or (_last_part(identifier) if is_page else "")


def _is_code(reference: dict[str, Any]) -> bool:
    """Whether a name is that of a symbol; a module has a symbol's kind and a name in words."""
    is_symbol = reference.get("kind") == "symbol" and reference.get("role") != "collection"
    return is_symbol or reference.get("type") == "unresolvable"


def _last_part(identifier: str) -> str:
    """What to call a page that has no title."""
    return unquote(identifier.rstrip("/").rpartition("/")[2])


def _plain(inlines: object) -> str:
    """Inline content that is only text; empty if it is more."""
    texts = list(map(_text, inlines)) if isinstance(inlines, list) else []
    return "".join(texts) if all(texts) else ""


def _text(value: object) -> str:
    """The words of a text; empty for all else."""
    if isinstance(value, dict) and value.get("type") == "text":
        return str(value.get("text") or "")
    return ""


def _is_one_word(before: str, after: str) -> bool:
    """Whether no boundary between words lies where one text meets the next."""
    around = before[-1:] + after[:1]
    return len(around) == 2 and all(char.isalnum() or char == "_" for char in around)


def without_stop(values: list[Any]) -> list[Any]:
    """Conditions without the full stop at their end, which they lose within another sentence."""
    match values:
        case [*before, {"type": "text", "text": str(text)} as last]:
            return [*before, {**last, "text": text.rstrip().removesuffix(".")}]
        case _:
            return values


def overridden(node: dict[str, Any]) -> dict[str, Any]:
    """An object without the members that another one is shown instead of."""
    hidden = {plain for rich, plain in _RICHER.items() if node.get(rich)}
    if node.get("overridingTitle") or node.get("overridingTitleInlineContent"):
        hidden.add("identifier")
    if node.get("kind") == "declarations":
        node = {**node, "declarations": _labelled(node.get("declarations"))}
    return {key: value for key, value in node.items() if key not in hidden}


def _labelled(declarations: object) -> object:
    """Declarations without their platforms, unless it is those that tell them apart."""
    if not isinstance(declarations, list):
        return declarations
    objects = [node for node in declarations if isinstance(node, dict)]
    if any(node.get("platforms") != objects[0].get("platforms") for node in objects):
        return declarations
    return [{key: node[key] for key in node if key != "platforms"} for node in objects]


def as_shown(node: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    """An object of this name, under this key, with what the page adds to it or leaves out."""
    if name == "aside":
        return _aside(node)
    return _discussion(node) if key == "discussion" else node


def _discussion(node: dict[str, Any]) -> dict[str, Any]:
    """Without the heading that swift-docc puts above what is said of a group of topics."""
    match node.get("content"):
        case [{"type": "heading", "text": "Discussion", "anchor": "discussion"}, *said]:
            return {**node, "content": [None, *said]}
        case _:
            return node


def _aside(node: dict[str, Any]) -> dict[str, Any]:
    """An aside without a name (schema 0.1) shows its style."""
    if node.get("name") or not isinstance(style := node.get("style"), str):
        return node
    return {**node, "name": style.capitalize()}


def listed_once(reference: dict[str, Any]) -> dict[str, Any]:
    """A property list key is listed by one of its two names, the other one stands beside it."""
    hidden = {"name", "ideTitle"}
    if reference.get("ideTitle"):
        hidden.discard("name" if reference.get("titleStyle") == "title" else "ideTitle")
    return {key: value for key, value in reference.items() if key not in hidden}
