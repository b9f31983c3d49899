"""How messages for people show names, words of an archive, numbers, and long lists."""

from collections.abc import Iterable, Iterator
from itertools import islice

_QUOTED_CHARS = 200
_READABLE_CHARS = 1000


def quoted(name: str) -> str:
    r"""An archive entry's name as it may stand in a message: escaped and cut to 200 characters.

    >>> quoted("a\nb")
    "'a\\nb'"
    """
    text = repr(name) if name.isprintable() else ascii(name)
    if len(text) <= _QUOTED_CHARS:
        return text
    return text[: _QUOTED_CHARS - 2] + "…" + text[0]


def readable(text: str) -> str:
    r"""Words of an archive for a terminal: as they are, or `quoted` if unprintable or too long.

    >>> readable("block:poll"), readable("\x1b[2J")
    ('block:poll', "'\\x1b[2J'")
    """
    return text if text.isprintable() and len(text) <= _READABLE_CHARS else quoted(text)


def counted(number: int, noun: str) -> str:
    """A number and its noun, whose plural takes an s.

    >>> counted(1, "page"), counted(3164, "page")
    ('1 page', '3,164 pages')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def first_lines(lines: Iterable[str], count: int, limit: int, rest: str = "") -> Iterator[str]:
    """The first of `count` lines, and one that says how many more there are.

    `rest` is how that one ends: it says what there is more of, or where to find it. `lines` may
    have fewer than `count`.

    >>> list(first_lines(["a", "b", "c"], 3, limit=2, rest="; see below"))
    ['a', 'b', '… and 1 more; see below']
    >>> list(first_lines(["a"], 3, limit=2))
    ['a', '… and 2 more']
    """
    shown = list(islice(lines, limit))
    yield from shown
    if (more := count - len(shown)) > 0:
        yield f"… and {more} more{rest}"
