"""The fragments of a document that is made of many pages, and its links to them."""

import re
from urllib.parse import unquote

from docc2context.links.marks import HEADING, MARK, headings, page_in_marks
from docc2context.markdown.inline import destination
from docc2context.markdown.slug import LONGEST_LINKED, Slugs, slug


class Fragments:
    """Assigns the fragments of all headings, and fills them in once all are assigned.

    A link to a heading that does not exist, or whose fragment is too long, leads to the first
    heading of its page whose fragment is short enough, usually its title. A link to a page that
    does not exist leads to `#`, the beginning of the document.
    """

    def __init__(self) -> None:
        self._slugs = Slugs()
        self._by_place: dict[tuple[str, str], str] = {}
        self._by_folded_place: dict[tuple[str, str], str] = {}

    def add(self, path: str, markdown: str) -> None:
        """Assign fragments to the headings of the next page, the first of which is its title."""
        page = page_in_marks(path)
        for anchor, words in headings(markdown):
            # Slugs drop escapes, so the Markdown of a heading gives the slug of its text.
            fragment = self._slugs.add(slug(words))
            if len(fragment) > LONGEST_LINKED:
                continue
            self._by_place.setdefault((page, ""), fragment)
            self._by_place.setdefault((page, anchor), fragment)
            self._by_folded_place.setdefault((page, _lower(anchor)), fragment)

    def filled(self, markdown: str) -> str:
        """A page that was added, with its marks filled in."""
        return MARK.sub(self._filled, markdown)

    def _filled(self, mark: re.Match[str]) -> str:
        page, anchor = mark.groups()
        if page == HEADING:
            return ""
        fragment = (
            self._by_place.get((page, anchor))
            or self._by_folded_place.get((page, _lower(anchor)))
            or self._by_place.get((page, ""), "")
        )
        return destination(fragment)


def _lower(anchor: str) -> str:
    return unquote(anchor).lower()
