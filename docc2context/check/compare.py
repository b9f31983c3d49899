"""Whether each string that a page displays can be read in its Markdown."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from docc2context.check.displayable import Displayable
from docc2context.check.markdown_text import Text, displayed, folded

_FRONT_MATTER = re.compile(r"/metadata/(?!title$)|/diffAvailability/")
"""What a page says of itself may stand in its front matter, but its title must be its heading."""

_CONDITION = re.compile(r"/(?:availability|conformance)Prefix/")

_PARTS = re.compile(r"(?<=[.!?:;])\s+|\n+")


class Lost(NamedTuple):
    """A string that is not in the Markdown, and the parts of it that are not."""

    string: Displayable
    missing: str


def lost(strings: Iterable[Displayable], markdown: str) -> list[Lost]:
    """The strings that the Markdown lacks, in their order.

    A string that a page displays three times must stand there three times: each one takes its
    place, lines of code first, longer strings before shorter ones, and no other may stand in it. So
    a parameter `a` is not found in prose. A place that is a line by itself, or that no markup cuts,
    goes before others: a heading `The Sloth class` has not to stand in `The **Sloth** class eats`.
    """
    page = _Page(displayed(markdown))
    waiting = [(i, string) for i, string in enumerate(strings) if not page.take_lines(string)]
    waiting.sort(key=lambda item: _rank(item[1]))
    missing = {
        i: Lost(string, " … ".join(page.missing_parts(string)))
        for i, string in waiting
        if not page.take(string)
    }
    return [missing[i] for i in sorted(missing)]


def _rank(string: Displayable) -> tuple[bool, int, bool]:
    """Longer strings first, a page's own before a variant's; last what may share its place."""
    return string.shared, -len(_line(string.text)), bool(string.variant)


class _Page:
    """The text of a page, and which parts of it are taken."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.plain = "\n" + text.plain
        self.seams = sorted(seam + 1 for seam in text.seams)
        self.taken = bytearray(len(self.plain))
        self.searched: dict[tuple[str, int, _Fits], int] = {}

    def take_lines(self, string: Displayable) -> bool:
        """Find code as whole lines of a fence and keep others from them."""
        if not string.is_code:
            return False
        lines = filter(None, map(_line, string.text.splitlines()))
        return self._take("\n" + "\n".join(lines) + "\n", string, _Page.is_anywhere)

    def take(self, string: Displayable) -> bool:
        """Find a place for a string and keep others from it, unless it may share one."""
        if string.shared:
            return self.holds(string)
        # What may stand in front matter finds it first, and should.
        is_front = _FRONT_MATTER.match(string.pointer)
        preferences = (_Page.is_anywhere,) if is_front else _PREFERENCES
        return any(
            self._take(needle, string, fits) for needle in _needles(string) for fits in preferences
        )

    def holds(self, string: Displayable) -> bool:
        """Whether a string stands somewhere, be the place taken or not."""
        start = self._start(string)
        return any(
            place >= 0 for needle in _needles(string) for place in self._places(needle, start)
        )

    def missing_parts(self, string: Displayable) -> Iterator[str]:
        """The sentences or lines that are nowhere; the whole string if none or all of them are."""
        parts = [part for part in _PARTS.split(string.text) if part.strip()]
        absent = [part for part in parts if not self.holds(string._replace(text=part))]
        yield from (part.strip() for part in absent or [string.text])

    def _start(self, string: Displayable) -> int:
        return 0 if _FRONT_MATTER.match(string.pointer) else self.text.body

    def _take(self, needle: str, string: Displayable, fits: "_Fits") -> bool:
        start = self._start(string)
        key = (needle, start, fits)
        for place in self._places(needle, self.searched.get(key, start)):
            if not fits(self, place, place + len(needle)):
                continue
            self.searched[key] = place
            own = slice(place + needle.startswith("\n"), place + len(needle.rstrip("\n")))
            if 1 not in self.taken[own]:
                self.taken[own] = b"\1" * (own.stop - own.start)
                return True
        self.searched[key] = len(self.plain)
        return False

    def _places(self, needle: str, start: int) -> Iterator[int]:
        place = self.plain.find(needle, start)
        while place >= 0:
            if self._is_edge(place) and self._is_edge(place + len(needle)):
                yield place
            place = self.plain.find(needle, place + 1)

    def is_uncut_line(self, start: int, end: int) -> bool:
        return self.is_line(start, end) and self.is_uncut(start, end)

    def is_line(self, start: int, end: int) -> bool:
        return self.plain[start - 1] == "\n" and self.plain[end] == "\n"

    def is_uncut(self, start: int, end: int) -> bool:
        following = bisect_right(self.seams, start)
        return following == len(self.seams) or self.seams[following] >= end

    def is_anywhere(self, start: int, end: int) -> bool:  # noqa: ARG002
        return True

    def _is_edge(self, at: int) -> bool:
        around = self.plain[at - 1 : at + 1]
        inside_word = len(around) == 2 and all(char.isalnum() or char == "_" for char in around)
        return not inside_word or at - 1 in self.text.seams


_Fits = Callable[[_Page, int, int], bool]
"""Whether the text between two positions may be the place of a string."""

_PREFERENCES: tuple[_Fits, ...] = (
    _Page.is_uncut_line,
    _Page.is_uncut,
    _Page.is_line,
    _Page.is_anywhere,
)


def _needles(string: Displayable) -> Iterator[str]:
    """The forms in which a string may stand, in order of preference.

    What conditions begin with is in lower case where they stand behind a name. Of the code in a
    heading or a compiler's message swift-docc writes the backticks, which are code again here.
    """
    line = _line(string.text)
    yield line
    if "`" in line and not string.is_code:
        yield line.replace("`", "")
    if _CONDITION.search(string.node):
        yield line[0].lower() + line[1:]


def _line(text: str) -> str:
    return folded(text).strip()
