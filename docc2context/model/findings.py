"""What an object of unknown type says: its words and content, wherever it keeps them."""

from collections.abc import Iterable, Iterator
from typing import Any, get_args

from docc2context.model.inline import Inline

_INLINE_TAGS = {member.__struct_config__.tag for member in get_args(Inline)}

_WORD_KEYS = frozenset({"title", "text", "code", "name", "caption", "summary", "label", "message"})
"""Keys under which RenderNode objects keep words that their web page shows."""

_IDENTIFIERS = "identifiers"
"""The key under which sections keep the pages that they list."""


def found_blocks(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The words and content of an unknown object as raw blocks, in the object's order.

    >>> found_blocks({"type": "poll", "title": "Tabs?", "votes": 3})
    [{'type': 'paragraph', 'inlineContent': [{'type': 'text', 'text': 'Tabs?'}]}]
    """
    blocks: list[dict[str, Any]] = []
    for key, child in value.items():
        if isinstance(child, str):
            blocks += _paragraph([_text(child)] if _is_said(key, child) else [])
        elif isinstance(child, dict):
            blocks += found_blocks(child)
        elif isinstance(child, list):
            blocks += _blocks_of_list(key, child)
    return blocks


def found_inlines(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The inline content of an unknown inline object, but for its own words.

    Words of what it holds have spaces around, as nobody knows what they stand beside.

    >>> found_inlines({"type": "kbd", "text": "Press", "keys": [{"name": "F1"}]})
    [{'type': 'text', 'text': ' F1 '}]
    """
    found: list[dict[str, Any]] = []
    for key, child in value.items():
        items = child if isinstance(child, list) else [child] if isinstance(child, dict) else []
        found += _apart(_said(key, items))
        for item in items:
            if isinstance(item, dict):
                found += [item] if "type" in item else _inlines_of_part(item)
    return found


def found_abstract(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The inline content of an unknown reference, of which no page shows all that it holds."""
    children = (child for child in value.values() if isinstance(child, list))
    return [item for child in children for item in child if _is_inline(item)]


def found_words(value: dict[str, Any]) -> str:
    """The words of an unknown inline object."""
    return " ".join(word for key, child in value.items() for word in _said(key, [child]))


def _blocks_of_list(key: str, items: list[Any]) -> Iterator[dict[str, Any]]:
    if items and all(_is_inline(item) for item in items):
        yield from _paragraph(items)
        return
    if key == _IDENTIFIERS and items and all(isinstance(item, str) for item in items):
        yield {"type": "links", "items": items}
        return
    for item in items:
        if isinstance(item, str):
            yield from _paragraph([_text(item)] if _is_said(key, item) else [])
        elif isinstance(item, dict):
            yield from [item] if "type" in item else found_blocks(item)


def _said(key: str, values: Iterable[Any]) -> list[str]:
    return [value for value in values if isinstance(value, str) and _is_said(key, value)]


def _is_said(key: str, text: str) -> bool:
    """Whether a text is for people: of more than one word, whatever its key, or by its key."""
    return key in _WORD_KEYS or len(text.split()) > 1


def _inlines_of_part(part: dict[str, Any]) -> list[dict[str, Any]]:
    return _apart(filter(None, [found_words(part)])) + found_inlines(part)


def _apart(words: Iterable[str]) -> list[dict[str, Any]]:
    told = " ".join(words)
    return [_text(f" {told} ")] if told else []


def _is_inline(item: Any) -> bool:
    tag = item.get("type") if isinstance(item, dict) else None
    return isinstance(tag, str) and tag in _INLINE_TAGS


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _paragraph(inlines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "paragraph", "inlineContent": inlines}] if inlines else []
