"""Marks between NULs, which no rendered text can hold, for what only a whole document knows.

Where all pages become one document, the fragment of a heading depends on every heading before it,
and so on the order of all pages. Until that is known, a heading carries DocC's anchor for it, and a
link carries the page and the anchor that it leads to. `links/fragments.py` replaces the marks.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, unquote

from docc2context.links.references import Described
from docc2context.links.relative import link_from
from docc2context.links.resolver import PageResolver
from docc2context.model.patch import ReferenceText

HEADING = "#"
"""What a heading's mark has in place of a page; no encoded path looks like it."""

MARK = re.compile("\0([^\0]+)\0([^\0]*)\0")
"""A page or `HEADING`, and an anchor; both encoded, so that no table or list changes them."""

_MARKED_HEADING = re.compile(f"\0{HEADING}\0([^\0]*)\0(.*)")
_BEFORE_HEADING = re.compile(r"[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+[ \t>]*)*#{1,6} ")
"""Quotations and lists may hold headings; a table holds what only looks like one."""


def page_in_marks(path: str) -> str:
    """How marks name the page that has this file in a bundle."""
    return link_from("", path)


def mark_heading(heading: str, anchor: str | None) -> str:
    """A rendered heading with DocC's anchor for it, percent-encoded or not."""
    level, space, words = heading.partition(" ")
    return f"{level}{space}\0{HEADING}\0{quote(unquote(anchor or ''))}\0{words}"


def headings(markdown: str) -> Iterator[tuple[str, str]]:
    """The encoded anchor, which may be empty, and the Markdown of each marked heading in turn."""
    for match in _MARKED_HEADING.finditer(markdown):
        start = markdown.rfind("\n", 0, match.start()) + 1
        if _BEFORE_HEADING.fullmatch(markdown, start, match.start()):
            yield match[1], match[2]


class MarkingResolver(PageResolver):
    """Resolves the identifiers of a page whose links stay within one document."""

    def destination(self, identifier: str, described: Described | None) -> str | None:  # noqa: ARG002  # looked up again below
        if (external := self.external(identifier)) is not None:
            return external
        path = self.file(identifier)
        if path is None:
            return None
        anchor = unquote(self.url(identifier).partition("#")[2])
        return f"#\0{page_in_marks(path)}\0{quote(anchor)}\0"

    def with_references(self, references: Mapping[str, ReferenceText]) -> "MarkingResolver":
        return MarkingResolver(self._site, self._path, references)

    def fill_own_links(self, markdown: str, anchors: Mapping[str, str]) -> str:  # noqa: ARG002  # the document's are not known yet
        return markdown
