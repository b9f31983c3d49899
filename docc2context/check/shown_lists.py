"""Lists in a page's JSON as DocC's web page shows them: what reads as one text is one item."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any
from urllib.parse import unquote

WORDS = {"text": "text", "codeVoice": "code"}
"""The types of nodes that are words and nothing else, and the key of each one's words."""

_INLINES = frozenset({"abstract", "inlineContent"})


def shown_items(
    values: list[Any], key: str, references: dict[str, Any]
) -> Iterator[tuple[int, Any]]:
    """The items of the list under this key, each with its index; joined ones have the first's.

    `references` are the page's, which name what inline content mentions.
    """
    if key == "constraints":
        values = _without_full_stop(values)
    elif key in _INLINES:
        values = _with_texts(values)
    return _coalesced(_with_names(values, references))


def _without_full_stop(values: list[Any]) -> list[Any]:
    """Conditions without the full stop at their end, which they lose within another sentence."""
    match values:
        case [*before, {"type": "text", "text": str(text)} as last]:
            return [*before, {**last, "text": text.rstrip().removesuffix(".")}]
        case _:
            return values


def _with_texts(values: list[Any]) -> list[Any]:
    """Inline content, its bare strings and numbers made text nodes, because they read as text."""
    return [_text_node(str(value)) if _is_bare(value) else value for value in values]


def _is_bare(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _text_node(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def _with_names(values: list[Any], references: dict[str, Any]) -> list[Any]:
    """Inline content with text nodes for mentions whose names touch other words.

    Where such a mention is not linked, because its page is not described, a reader sees one word.
    """
    names = [_name_in_words(value, references) for value in values]
    if not any(names):
        return values
    words = ["", *(name or _text(value) for name, value in zip(names, values, strict=True)), ""]
    return [
        _text_node(name) if _is_one_word(before, name) or _is_one_word(name, after) else value
        for value, name, before, after in zip(values, names, words[:-2], words[2:], strict=True)
    ]


def _is_one_word(before: str, after: str) -> bool:
    """Whether no boundary between words lies where one text meets the next."""
    around = before[-1:] + after[:1]
    return len(around) == 2 and all(char.isalnum() or char == "_" for char in around)


def _name_in_words(node: object, references: dict[str, Any]) -> str:
    """The name that a mention shows; empty if that is more than text, and for all other nodes."""
    if not isinstance(node, dict) or node.get("type") != "reference":
        return ""
    if rich := node.get("overridingTitleInlineContent"):
        return _plain(rich)
    if title := node.get("overridingTitle"):
        return str(title)
    identifier = str(node.get("identifier") or "")
    is_active = node.get("isActive") is not False
    return _title_in_words(identifier, references.get(identifier), is_active=is_active)


def _title_in_words(identifier: str, reference: object, *, is_active: bool) -> str:
    """What a mention without a title of its own is called; empty for code, and for web links."""
    if not isinstance(reference, dict):
        return _last_part(identifier)
    is_page = reference.get("type") == "topic"
    is_web_link = is_active and not is_page
    if is_web_link or _is_code(reference):
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
    """The words of a text node; empty for all else."""
    if isinstance(value, dict) and value.get("type") == "text":
        return str(value.get("text") or "")
    return ""


def _coalesced(values: list[Any]) -> Iterator[tuple[int, Any]]:
    """Neighbours of plain text or of code as one node: DocC cuts text where its source does."""
    for type_, run in groupby(enumerate(values), key=lambda item: _type_of_words(item[1])):
        if type_ is None:
            yield from run
            continue
        nodes = list(run)
        index, first = nodes[0]
        key = WORDS[type_]
        yield index, {**first, key: "".join([node[key] for _, node in nodes])}


def _type_of_words(value: object) -> str | None:
    """The type of a node that is words and nothing else; None for all else."""
    if not isinstance(value, dict):
        return None
    type_ = str(value.get("type"))
    return type_ if type_ in WORDS and isinstance(value.get(WORDS[type_]), str) else None
