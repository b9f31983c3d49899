"""Whether each string that a page displays can be read in its Markdown."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from docc2context.check.displayable import Displayable
from docc2context.check.markdown_text import Text, displayed, folded

_FRONT_MATTER = re.compile(r"/metadata/(?!title$)|/diffAvailability/")
"""What a page says of itself may stand in its front matter, but its title must be its heading."""

_CONDITION = re.compile(r"/(?:availability|conformance)Prefix/")

_BETWEEN_BACKTICKS = re.compile(r"(?<!`)(``?)([^`]+)\1(?!`)")

_WORD = re.compile(r"\w+")

_INSIDE_WORD = re.compile(r"\w\w")

_MOST_SEAMS = 8
"""In a word whose parts are all looked up like words: with n seams, it has some n²/2 of them."""

_PARTS = re.compile(r"(?<=[.!?:;])\s+|\n+")

MAX_LISTED = 10_000
"""Missing strings that are named; all are counted. The bundle of another archive lacks all."""


class Lost(NamedTuple):
    """A string that is not in the Markdown, and the parts of it that are not."""

    string: Displayable
    missing: str


@dataclass
class Comparison:
    """How many strings of each node a page displays, and how many of these its Markdown lacks.

    `lost` are the first that it lacks, at most MAX_LISTED.
    """

    displayed: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    lost: list[Lost] = field(default_factory=list)


class _Sought(NamedTuple):
    """What is looked for: equal strings take their places together.

    `text` is folded, of code line by line; `in_front` tells that it may stand in front matter.
    """

    text: str
    is_code: bool
    shared: bool
    in_front: bool
    is_condition: bool
    is_variant: bool


def compare(
    strings: Callable[[], Iterable[Displayable]], markdown: str
) -> tuple[Comparison, Comparison]:
    """Look in the Markdown for a page's own strings and for those of its variants.

    A string that a page displays three times must stand there three times: each one takes its
    place, lines of code first, longer strings before shorter ones, and no other may stand in it. So
    a parameter `a` is not found in prose. A place that no markup cuts is preferred, then one that
    is a line by itself: a heading need not stand in `The **Sloth** class eats`.

    As there may be millions of `strings`, they are only counted; if any are missing, they are asked
    for again to tell which.
    """
    both = Comparison(), Comparison()
    sought: Counter[_Sought] = Counter()
    for string in strings():
        both[bool(string.variant)].displayed[string.node] += 1
        sought[_sought(string)] += 1
    page = _Page(displayed(markdown))
    found = page.take(sought)
    if found.total() == sought.total():
        return both
    for string in strings():
        key = _sought(string)
        if found[key]:
            found[key] -= 1
            continue
        side = both[bool(string.variant)]
        side.missing[string.node] += 1
        if len(side.lost) < MAX_LISTED:
            side.lost.append(Lost(string, " … ".join(page.missing_parts(string))))
    return both


def _sought(string: Displayable) -> _Sought:
    lines = string.text.splitlines() if string.is_code else [string.text]
    return _Sought(
        "\n".join(filter(None, map(_line, lines))),
        string.is_code,
        string.shared,
        bool(_FRONT_MATTER.match(string.pointer)),
        bool(_CONDITION.search(string.node)),
        bool(string.variant),
    )


def _rank(sought: _Sought) -> tuple[bool, int, bool, bool, bool]:
    """Longer strings first, a page's own before a variant's; last what may share its place.

    Of equal ones, those first that belong in prose, as code that no fence has and metadata that the
    front matter lacks would take their places, and not be missed.
    """
    return sought.shared, -len(sought.text), sought.is_variant, sought.is_code, sought.in_front


class _Page:
    """The text of a page, and which parts of it are taken."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.plain = "\n" + text.plain
        self.seams = sorted(seam + 1 for seam in text.seams)
        self.words = _words(self.plain, self.seams)
        self.taken = bytearray(len(self.plain))
        self.left: dict[tuple[str, int], Iterator[int]] = {}
        """The places of a needle, from a position on, that have not been tried yet."""

    def take(self, wanted: Counter[_Sought]) -> Counter[_Sought]:
        """Find places for strings and keep others from them; how many of each were found."""
        found = Counter({one: self._take_lines(one, n) for one, n in wanted.items() if one.is_code})
        waiting = wanted - found
        for one in sorted(waiting, key=_rank):
            found[one] += self._take_words(one, waiting[one])
        return found

    def _take_lines(self, sought: _Sought, wanted: int) -> int:
        """Find code as whole lines of a fence."""
        return self._take(f"\n{sought.text}\n", self._start(sought), wanted)

    def _take_words(self, sought: _Sought, wanted: int) -> int:
        """Find strings anywhere; where they may share a place, one is enough."""
        if sought.shared:
            return wanted if self._holds(sought) else 0
        found = 0
        for needle in _needles(sought):
            found += self._take(needle, self._start(sought), wanted - found)
        return found

    def _holds(self, sought: _Sought) -> bool:
        """Whether a string stands somewhere, even in a place that is taken."""
        start = self._start(sought)
        return any(
            place >= 0 for needle in _needles(sought) for place in self._places(needle, start)
        )

    def missing_parts(self, string: Displayable) -> Iterator[str]:
        """The sentences or lines that are nowhere; the whole string if none or all of them are."""
        parts = [part for part in _PARTS.split(string.text) if part.strip()]
        absent = [part for part in parts if not self._holds(_sought(string._replace(text=part)))]
        yield from (part.strip() for part in absent or [string.text])

    def _start(self, sought: _Sought) -> int:
        return 0 if sought.in_front else self.text.body

    def _take(self, needle: str, start: int, wanted: int) -> int:
        """Take as many places as are wanted, if there are so many."""
        if not wanted:
            return 0
        key = (needle, start)
        if key not in self.left:
            self.left[key] = iter(list(self._best_places(needle, start)))
        found = 0
        for place in self.left[key]:
            own = slice(place + needle.startswith("\n"), place + len(needle.rstrip("\n")))
            if 1 not in self.taken[own]:
                self.taken[own] = b"\1" * (own.stop - own.start)
                found += 1
                if found == wanted:
                    break
        return found

    def _best_places(self, needle: str, start: int) -> Iterator[int]:
        """Those first that no markup cuts, then whole lines."""
        cut: list[int] = []
        for place in self._places(needle, start):
            if self._is_cut(place, place + len(needle)):
                cut.append(place)
            else:
                yield place
        yield from sorted(cut, key=lambda place: not self._is_line(place, place + len(needle)))

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

    def _is_line(self, start: int, end: int) -> bool:
        return self.plain[start - 1 : start] == self.plain[end : end + 1] == "\n"

    def _is_edge(self, at: int) -> bool:
        return not _INSIDE_WORD.match(self.plain, at - 1) or at - 1 in self.text.seams


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


def _needles(sought: _Sought) -> Iterator[str]:
    """The forms in which a string may stand, in order of preference.

    A condition begins in lower case where it follows a name. Code in a heading or a compiler's
    message has backticks in swift-docc's JSON, and is code again in the Markdown.
    """
    line = _line(sought.text)
    yield line
    if "`" in line and not sought.is_code:
        yield line.replace("`", "")
        yield _BETWEEN_BACKTICKS.sub(r"\2", line)
    if sought.is_condition:
        yield line[0].lower() + line[1:]


def _line(text: str) -> str:
    return folded(text).strip()
