"""Changes JSON as JSON: another tree each time, which mostly still is a page."""

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

_STRINGS = [
    "", "x", "\0", "#\0x\0", "a\nb", "  ", "`", "``` ", "~~~", "|", "*a*", "_", "[x](y.md)", "](",
    "![", "<b>", "<!--", "-->", "&amp;", "\\", "# a", "- a", "1. a", "> a", "---", "===", "| - |",
    "http://example.com/(a b)", "https://x/\\`", "mailto:a@b", "javascript:x", "//x/y", "../../etc",
    "doc://x/documentation/kit", "/documentation/kit", "/documentation/kit/sloth#a", "#a", "%2e%2e",
    "/images/sloth.png", "sloth.png", "\u2028", "\u200b", "\u202e", "\ufeff", "e\u0301", "ﬁ", "ß",
    "9" * 5000, "9" * 20, "-1", "/abstract/-", "/abstract/" + "9" * 20, "/references/a/title",
    "0_0", "\U0001f600", "\ud800", "\x85", "\x1b[2J", "\x0b", "\t", "a" * 300, "swift", "occ",
    "data",
]  # fmt: skip
_SCALARS = [None, True, False, 0, 1, -1, 7, 10**6, 2**63, -(2**63), 10**30, 0.5, 1e308, -0.0]
_NOISE = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\x80", b"\0", b"\xef\xbb\xbf", b"\\"]
_REPEATS = [2, 3, 50, 400]
_MAX_REPEATED = 10_000
"""Values that one repetition may add: repetitions of repetitions would fill the memory."""
_CHANGES = ["value", "graft", "graft", "text", "repeat", "nest", "drop", "swap", "key"]
_DEPTHS = [1, 5, 40, 120]


class JsonMutator:
    """Mutates texts of JSON; parts of `pages` come into others."""

    def __init__(self, pages: Sequence[bytes]) -> None:
        self._trees = [tree for page in pages if (tree := _parsed(page)) is not None]

    def mutate(self, data: bytes, random: Random) -> bytes | None:
        """Another page; None for what is no JSON to begin with, or becomes too deep to write."""
        tree = _parsed(data)
        if tree is None:
            return None
        try:
            for _ in range(random.randint(1, 4)):
                self._change(tree, random)
            text = json.dumps(tree, ensure_ascii=random.random() < 0.5)
        except RecursionError:
            return None
        return _noisy(text.encode("utf-8", "surrogatepass"), random)

    def _change(self, tree: Any, random: Random) -> None:
        places = list(_places(tree))
        if not places:
            return
        container, key = random.choice(places)
        match random.choice(_CHANGES):
            case "value":
                container[key] = random.choice([*_SCALARS, *_STRINGS, [], {}, [[]], [{}], {"": 0}])
            case "graft":
                container[key] = self._part_like(container[key], key, random)
            case "text":
                container[key] = _changed_text(container[key], random)
            case "repeat" if isinstance(container, list):
                container[key:key] = _repeated(container[key], random.choice(_REPEATS))
            case "nest":
                container[key] = _nested(container[key], random)
            case "drop":
                del container[key]
            case "key" if isinstance(container, dict):
                container[random.choice([*_STRINGS, *container])] = container.pop(key)
            case _:
                other, other_key = random.choice(places)
                if _still_there(container, key) and _still_there(other, other_key):
                    container[key] = _copy(other[other_key])

    def _part_like(self, value: Any, key: Any, random: Random) -> Any:
        """A part of another page: mostly from under the same key, or of the same type."""
        found = list(_places(random.choice(self._trees)))
        alike = [
            (container, other)
            for container, other in found
            if other == key or type(container[other]) is type(value)
        ]
        container, other = random.choice(alike or found)
        return _copy(container[other])


def _parsed(data: bytes) -> Any:
    """The object or array; None for anything else."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict | list) else None


def _noisy(data: bytes, random: Random) -> bytes:
    """Now and then with a byte that no UTF-8 has there."""
    if random.random() < 0.9:
        return data
    place = random.randrange(len(data))
    return data[:place] + random.choice(_NOISE) + data[place:]


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Each member of each object and array, as its container and key."""
    waiting = [tree]
    while waiting:
        container = waiting.pop()
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            yield container, key
            if isinstance(container[key], dict | list):
                waiting.append(container[key])


def _still_there(container: Any, key: Any) -> bool:
    return key in container if isinstance(container, dict) else key < len(container)


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _repeated(value: Any, times: int) -> list[Any]:
    """Copies of a value, fewer of one that has many values within."""
    size = sum(1 for _ in _places([value]))
    return [_copy(value) for _ in range(min(times, _MAX_REPEATED // size))]


def _changed_text(value: Any, random: Random) -> Any:
    if not isinstance(value, str):
        return random.choice(_STRINGS)
    place = random.randint(0, len(value))
    return value[:place] + random.choice(_STRINGS) + value[place + random.randint(0, 2) :]


def _nested(value: Any, random: Random) -> Any:
    """The value some levels deeper, in what holds content or in what does not."""
    wrap: Callable[[Any], Any] = random.choice(
        [
            lambda inner: [inner],
            lambda inner: {"type": "emphasis", "inlineContent": [inner]},
            lambda inner: {"type": "aside", "style": "note", "content": [inner]},
            lambda inner: {"type": "unorderedList", "items": [{"content": [inner]}]},
            lambda inner: {"type": "table", "header": "row", "rows": [[[inner]]]},
            lambda inner: {"type": "row", "numberOfColumns": 1, "columns": [{"content": [inner]}]},
        ]
    )
    for _ in range(random.choice(_DEPTHS)):
        value = wrap(value)
    return value
