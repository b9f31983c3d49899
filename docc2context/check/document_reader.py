"""Reads one document back: where each page of the archive begins in it, and its Markdown."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

import msgspec

from docc2context.bundle.document_opening import LANGUAGE, SKIPPED
from docc2context.check.markdown_text import FENCE, fenced
from docc2context.check.variants import Language

_PATH = re.compile(r'path: (?P<path>".*")')
_LANGUAGE = re.compile(rf'{LANGUAGE}: (?P<language>".*")')
_SKIPPED = re.compile(rf"{SKIPPED}: (?P<sources>\[.*\])")


class DocumentReader:
    """A document: what it says of itself, and the part of it that each page became.

    A page is a heading with a listing below that tells its path. Only where the pages lie is kept.
    Raises msgspec.DecodeError for front matter of another form, UnicodeDecodeError.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        lines = _Lines(file)
        facts = _facts(lines)
        self.language: Language = facts.language
        self.skipped = set(facts.skipped)
        starts = list(_pages(lines))
        ends = [*(start for _, start in starts), lines.position][1:]
        self._places = {
            source: (start, end) for (source, start), end in zip(starts, ends, strict=True)
        }
        self.is_empty = not starts

    def page(self, source: str) -> str:
        """The Markdown of a page as a bundle would hold it; empty if the document has none."""
        start, end = self._places.get(source, (0, 0))
        self._file.seek(start)
        return _with_front_matter(self._file.read(end - start).decode())


class _Lines(Iterator[str]):
    """The lines of a file, and the place in it where the next one begins."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.position = 0

    def __next__(self) -> str:
        line = next(self._file)
        self.position += len(line)
        return line.decode().removesuffix("\n")


class _Facts(NamedTuple):
    """What the front matter says of the conversion."""

    language: Language = "all"
    skipped: frozenset[str] = frozenset()


def _facts(lines: _Lines) -> _Facts:
    """Read the front matter, up to its end."""
    facts = _Facts()
    next(lines, None)
    for line in lines:
        if line == "---":
            break
        if match := _LANGUAGE.fullmatch(line):
            language = msgspec.json.decode(match["language"], type=Language)
            facts = facts._replace(language=language)
        elif match := _SKIPPED.fullmatch(line):
            sources = msgspec.json.decode(match["sources"], type=frozenset[str])
            facts = facts._replace(skipped=sources)
    return facts


def _pages(lines: _Lines) -> Iterator[tuple[str, int]]:
    """The source of each page, and the place where its title begins."""
    title = position = 0
    for line in lines:
        if fence := FENCE.match(line):
            facts = list(fenced(lines, fence))
            if title >= 0 and line.endswith("`yaml") and (source := _source(facts)):
                yield source, title
            title = -1
        elif line:
            title = position if line.startswith("# ") else -1
        position = lines.position


def _source(facts: list[str]) -> str | None:
    """The entry of the page that has these facts; None if they name none, as where damaged."""
    for line in facts:
        if match := _PATH.fullmatch(line):
            with suppress(msgspec.DecodeError):
                return f"data{msgspec.json.decode(match['path'], type=str)}.json"
    return None


def _with_front_matter(part: str) -> str:
    lines = iter(part.split("\n"))
    title = next(lines)
    for line in lines:
        if fence := FENCE.match(line):
            return "\n".join(["---", *fenced(lines, fence), "---", title, *lines])
    return part
