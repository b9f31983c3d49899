"""What rendering a page needs and finds out, as one object."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy

from docc2context.links.resolver import Resolver
from docc2context.markdown.blocks import heading
from docc2context.markdown.escape import escape, one_line
from docc2context.markdown.inline import link
from docc2context.markdown.slug import Slugs
from docc2context.model.reference import Reference

MAX_DEPTH = 48
"""Levels of content inside content: the deepest of 130,000 real pages has 9. Each level takes some
five Python frames of the thousand that there are, and two to four columns of indentation."""

UNBOUNDED = 2**63

TOO_DEEP = "_Content nested too deeply to show._"


class PageTooLarge(Exception):
    """A page's Markdown outgrew what it may have, while it was made."""


class Context:
    """The page being rendered: its links, its headings so far, and what could not be shown.

    `max_chars` bounds what is made of it. A page of 16 MB could else ask for gigabytes: by showing
    one long reference a million times, or by indenting a million lines.
    """

    def __init__(self, links: Resolver, max_chars: int = UNBOUNDED) -> None:
        self.links = links
        self.title = ""
        self._chars_left = max_chars
        self.suffix = ""
        self.unknown_nodes: Counter[str] = Counter()
        self.missing_references: set[str] = set()
        self.anchors: dict[str, str] = {}
        self.edges: list[tuple[str, str]] = []
        self._relation: str | None = "body"
        self._slugs = Slugs()
        self._depth = 0
        self._inside_link = False
        self.is_bold = False

    def reference(self, identifier: str) -> Reference | None:
        """What the identifier stands for; one that the page does not describe is counted."""
        reference = self.links.reference(identifier)
        if reference is None:
            self.missing_references.add(identifier)
        return reference

    def mention(self, identifier: str, relation: str | None = None) -> None:
        """Note that the page leads to what the identifier stands for, for the link graph."""
        relation = relation or self._relation
        if relation is not None and not self._inside_link:
            self.edges.append((relation, identifier))

    @contextmanager
    def relating(self, relation: str | None) -> Iterator[None]:
        """What is mentioned inside relates so to the page; with None it is other pages' words."""
        outer, self._relation = self._relation, relation
        try:
            yield
        finally:
            self._relation = outer

    def destination(self, identifier: str) -> str | None:
        """Where a link leads; None inside another link, since links do not nest."""
        return None if self._inside_link else self.links.to(identifier)

    def linked(self, text: str, destination: str) -> str:
        """A link to a safe destination; the text alone inside another link."""
        return text if self._inside_link else link(text, destination)

    def heading(self, level: int, text: str, anchor: str | None = None) -> str:
        """A heading of plain text, whose fragment is remembered for links to DocC's anchor."""
        if not (text := one_line(text).strip()):
            return ""
        if level == 2:
            text += self.suffix
        fragment = self._slugs.add(text)
        if anchor:
            self.anchors.setdefault(anchor, fragment)
        return heading(level, escape(text))

    def variant(self, language: str, references: Mapping[str, Reference]) -> "Context":
        """For the same page in another language: its sections are headed `… (Objective-C)`."""
        other = copy(self)
        other.links = self.links.describing(references)
        other.suffix = f" ({language})"
        return other

    def spend(self, text: str) -> str:
        """The same text, its length taken off what the page may have. Raises PageTooLarge.

        Called wherever a page can grow beyond its JSON: for each mention of a reference, and for
        blocks, which are counted anew at each level as each may indent them.
        """
        self._chars_left -= len(text)
        if self._chars_left < 0:
            raise PageTooLarge
        return text

    @contextmanager
    def inside_link(self) -> Iterator[None]:
        """For the text of a link."""
        outer, self._inside_link = self._inside_link, True
        try:
            yield
        finally:
            self._inside_link = outer

    @contextmanager
    def inside_bold(self) -> Iterator[None]:
        """For text that is all set in bold: what is bold by itself needs no mark of its own."""
        outer, self.is_bold = self.is_bold, True
        try:
            yield
        finally:
            self.is_bold = outer

    def enter(self) -> bool:
        """One level deeper; False, and no deeper, where the limit is reached. Undone by `leave`."""
        if self._depth >= MAX_DEPTH:
            self.unknown_nodes["nested_too_deeply"] += 1
            return False
        self._depth += 1
        return True

    def leave(self) -> None:
        """Back from the level that `enter` went to."""
        self._depth -= 1
