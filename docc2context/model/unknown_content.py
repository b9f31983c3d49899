"""What an object of unknown type says: its words and content, wherever it keeps them."""

from collections.abc import Callable, Iterable
from typing import Any, get_args

from docc2context.model.inline import Inline

_INLINE_TAGS = {member.__struct_config__.tag for member in get_args(Inline)}

_WORD_KEYS = frozenset(
    {"title", "text", "code", "name", "caption", "summary", "label", "message"}
    | {"content", "inlineContent"}
)
"""Keys under which RenderNode objects keep words that their web page shows."""

_PAGES = "identifiers"
"""The key under which sections keep the pages that they list."""

_PAGE = "doc://"
"""What the identifiers of pages begin with."""

_Json = dict[str, Any]


class ContentFinder:
    """Finds the words and content of objects of unknown type.

    `count` is called before each node that is made of bare words or around content. A string of
    four bytes of JSON becomes a node of hundreds, so that it may want to raise.
    """

    def __init__(self, count: Callable[[], None]) -> None:
        self._count = count

    def blocks(self, value: _Json) -> list[_Json]:
        """The words and content of an object as raw blocks, in the object's order.

        >>> ContentFinder(int).blocks({"type": "poll", "title": "Tabs?", "votes": 3})
        [{'type': 'paragraph', 'inlineContent': [{'type': 'text', 'text': 'Tabs?'}]}]
        """
        blocks: list[_Json] = []
        self._add_blocks(value, blocks)
        return blocks

    def inlines(self, value: _Json) -> list[_Json]:
        """The inline content of an inline object, except for its own words.

        Words of what it holds get spaces around them, since what they stand beside is unknown.

        >>> ContentFinder(int).inlines({"type": "kbd", "text": "Press", "keys": [{"name": "F1"}]})
        [{'type': 'text', 'text': ' F1 '}]
        """
        inlines: list[_Json] = []
        self._add_inlines(value, inlines)
        return inlines

    # What is found is added to one list: a list per level would be copied at every level above it.

    def _add_blocks(self, value: _Json, blocks: list[_Json]) -> None:
        for key, child in value.items():
            if isinstance(child, list):
                self._add_blocks_of_list(key, child, blocks)
            else:
                self._add_block(key, child, blocks)

    def _add_blocks_of_list(self, key: str, items: list[Any], blocks: list[_Json]) -> None:
        if all(map(_is_inline, items)):
            self._add_paragraph(items, blocks)
        elif key == _PAGES and all(map(_is_page, items)):
            self._count()
            blocks.append({"type": "links", "items": items})
        else:
            for item in items:
                if isinstance(item, list):
                    self._add_blocks_of_list(key, item, blocks)
                elif isinstance(item, dict) and "type" in item:
                    blocks.append(item)
                else:
                    self._add_block(key, item, blocks)

    def _add_block(self, key: str, value: Any, blocks: list[_Json]) -> None:
        if isinstance(value, dict):
            self._add_blocks(value, blocks)
        elif isinstance(value, str) and _is_for_people(key, value):
            self._add_paragraph([_text(value)], blocks)

    def _add_paragraph(self, inlines: list[_Json], blocks: list[_Json]) -> None:
        if inlines:
            self._count()
            blocks.append({"type": "paragraph", "inlineContent": inlines})

    def _add_inlines(self, value: _Json, inlines: list[_Json]) -> None:
        for key, child in value.items():
            items = child if isinstance(child, list) else [child] if isinstance(child, dict) else []
            self._add_inlines_of_list(key, items, inlines)

    def _add_inlines_of_list(self, key: str, items: list[Any], inlines: list[_Json]) -> None:
        self._add_words(_texts_for_people(key, items), inlines)
        for item in items:
            if isinstance(item, list):
                self._add_inlines_of_list(key, item, inlines)
            elif isinstance(item, dict) and "type" in item:
                inlines.append(item)
            elif isinstance(item, dict):
                self._add_words([found_words(item)], inlines)
                self._add_inlines(item, inlines)

    def _add_words(self, words: Iterable[str], inlines: list[_Json]) -> None:
        if joined := " ".join(words):
            self._count()
            inlines.append(_text(f" {joined} "))


def found_abstract(value: _Json) -> list[_Json]:
    """The inline content of an unknown reference; pages never show all that one holds."""
    children = (child for child in value.values() if isinstance(child, list))
    return [item for child in children for item in child if _is_inline(item)]


def found_words(value: _Json) -> str:
    """The words of an unknown inline object."""
    return " ".join(
        word for key, child in value.items() for word in _texts_for_people(key, [child])
    )


def _texts_for_people(key: str, values: Iterable[Any]) -> list[str]:
    return [value for value in values if isinstance(value, str) and _is_for_people(key, value)]


def _is_for_people(key: str, text: str) -> bool:
    """Whether a text is for people: by its key, or because no identifier looks like it.

    Identifiers are a single word of ASCII.
    """
    return key in _WORD_KEYS or len(text.split(None, 1)) > 1 or not text.isascii()


def _is_page(item: Any) -> bool:
    return isinstance(item, str) and item.startswith(_PAGE)


def _is_inline(item: Any) -> bool:
    tag = item.get("type") if isinstance(item, dict) else None
    return isinstance(tag, str) and tag in _INLINE_TAGS


def _text(text: str) -> _Json:
    return {"type": "text", "text": text}
