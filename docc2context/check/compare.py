"""Whether each string that a page displays can be read in its Markdown."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from docc2context.check.displayable import Displayable
from docc2context.check.markdown_text import Text, displayed, folded

_FRONT_MATTER = re.compile(r"/metadata/(?!title$)|/diffAvailability/")
"""What a page says of itself may stand in its front matter, but its title must be its heading."""

_CONDITION = re.compile(r"/(?:availability|conformance)Prefix/")

_BETWEEN_BACKTICKS = re.compile(r"(?<!`)(``?)([^`]+)\1(?!`)")

_WORD = re.compile(r"\w+")

_MOST_SEAMS = 8
"""In a word whose parts are all looked up like words: with n seams, it has some n²/2 of them."""

_PARTS = re.compile(r"(?<=[.!?:;])\s+|\n+")


class Lost(NamedTuple):
    """A string that is not in the Markdown, and the parts of it that are not."""

    string: Displayable
    missing: str


def lost(strings: Iterable[Displayable], markdown: str) -> list[Lost]:
    """The strings that the Markdown lacks, in their order.

    A string that a page displays three times must stand there three times: each one takes its
    place, lines of code first, longer strings before shorter ones, and no other may stand in it. So
    a parameter `a` is not found in prose. A place that no markup cuts is preferred, then one that
    is a line by itself: a heading need not stand in `The **Sloth** class eats`.
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
        self.lines = _lines(self.plain)
        self.words = _words(self.plain, self.seams)
        self.taken = bytearray(len(self.plain))
        self.left: dict[tuple[str, int], Iterator[int]] = {}
        """The places of a needle, from a position on, that have not been tried yet."""

    def take_lines(self, string: Displayable) -> bool:
        """Find code as whole lines of a fence and keep others from them."""
        if not string.is_code:
            return False
        lines = filter(None, map(_line, string.text.splitlines()))
        return self._take("\n" + "\n".join(lines) + "\n", string)

    def take(self, string: Displayable) -> bool:
        """Find a place for a string and keep others from it, unless it may share one."""
        if string.shared:
            return self.holds(string)
        return any(self._take(needle, string) for needle in _needles(string))

    def holds(self, string: Displayable) -> bool:
        """Whether a string stands somewhere, even in a place that is taken."""
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

    def _take(self, needle: str, string: Displayable) -> bool:
        start = self._start(string)
        key = (needle, start)
        if key not in self.left:
            self.left[key] = self._best_places(needle, start)
        for place in self.left[key]:
            own = slice(place + needle.startswith("\n"), place + len(needle.rstrip("\n")))
            if 1 not in self.taken[own]:
                self.taken[own] = b"\1" * (own.stop - own.start)
                return True
        return False

    def _best_places(self, needle: str, start: int) -> Iterator[int]:
        """Those first that no markup cuts, then whole lines; one may come twice."""
        cut: list[int] = []
        for place in self._places(needle, start):
            if self._is_cut(place, place + len(needle)):
                cut.append(place)
            else:
                yield place
        yield from (place for place in self.lines.get(needle, ()) if place >= start)
        yield from cut

    def _places(self, needle: str, start: int) -> Iterator[int]:
        for place in self._candidates(needle, start):
            if self._is_edge(place) and self._is_edge(place + len(needle)):
                yield place

    def _candidates(self, needle: str, start: int) -> Iterator[int]:
        """Where a needle stands: found by its rarest word, not by reading the page for each."""
        words = list(_WORD.finditer(needle))
        if self.words is None or not words:
            place = self.plain.find(needle, start)
            while place >= 0:
                yield place
                place = self.plain.find(needle, place + 1)
            return
        found = [(self.words.get(word[0], []), word.start()) for word in words]
        places, offset = min(found, key=lambda one: len(one[0]))
        for i in range(bisect_left(places, start + offset), len(places)):
            if self.plain.startswith(needle, places[i] - offset):
                yield places[i] - offset

    def _is_cut(self, start: int, end: int) -> bool:
        """Whether markup stands within this part of the text."""
        following = bisect_right(self.seams, start)
        return following < len(self.seams) and self.seams[following] < end

    def _is_edge(self, at: int) -> bool:
        around = self.plain[at - 1 : at + 1]
        inside_word = len(around) == 2 and all(char.isalnum() or char == "_" for char in around)
        return not inside_word or at - 1 in self.text.seams


def _lines(text: str) -> dict[str, list[int]]:
    """The lines of a text, and where each stands."""
    lines: dict[str, list[int]] = {}
    place = 0
    for line in text.split("\n"):
        lines.setdefault(line, []).append(place)
        place += len(line) + 1
    return lines


def _words(text: str, seams: Sequence[int]) -> dict[str, list[int]] | None:
    """The words of a text, and where each stands; parts of words that markup cuts are words too.

    None if a word is cut so often that its parts would be too many.
    """
    words: dict[str, list[int]] = {}
    for match in _WORD.finditer(text):
        start, end = match.span()
        inside = seams[bisect_right(seams, start) : bisect_left(seams, end)]
        if len(inside) > _MOST_SEAMS:
            return None
        edges = [start, *inside, end]
        for i, begin in enumerate(edges):
            for stop in edges[i + 1 :]:
                words.setdefault(text[begin:stop], []).append(begin)
    return words


def _needles(string: Displayable) -> Iterator[str]:
    """The forms in which a string may stand, in order of preference.

    A condition begins in lower case where it follows a name. Code in a heading or a compiler's
    message has backticks in swift-docc's JSON, and is code again in the Markdown.
    """
    line = _line(string.text)
    yield line
    if "`" in line and not string.is_code:
        yield line.replace("`", "")
        yield _BETWEEN_BACKTICKS.sub(r"\2", line)
    if _CONDITION.search(string.node):
        yield line[0].lower() + line[1:]


def _line(text: str) -> str:
    return folded(text).strip()
