"""The fragments of a document that is made of many pages, and its links to them."""

import re
from urllib.parse import quote, unquote

from docc2context.links.marks import HEADING, MARK, headings, page_key
from docc2context.markdown.inline import destination
from docc2context.markdown.slug import LONGEST_LINKED, Slugs, slug


class Fragments:
    """Gives out the fragments of all headings, and fills them in once all are given out.

    A link to a heading that is not there, or whose fragment is too long, leads to the title of its
    page, or else to the first heading there whose fragment is not, and one to a page that is not
    there leads nowhere: `#`, the beginning of the document.
    """

    def __init__(self) -> None:
        self._slugs = Slugs()
        self._by_place: dict[tuple[str, str], str] = {}
        self._by_folded_place: dict[tuple[str, str], str] = {}

    def add(self, path: str, markdown: str) -> None:
        """Give the headings of the next page theirs; the first of them is its title."""
        page = page_key(path)
        for anchor, words in headings(markdown):
            # Escapes are no letters: the Markdown of a heading gives the slug of its text.
            fragment = self._slugs.add(slug(words))
            if len(fragment) > LONGEST_LINKED:
                continue
            self._by_place.setdefault((page, ""), fragment)
            if anchor:
                self._by_place.setdefault((page, anchor), fragment)
                self._by_folded_place.setdefault((page, _lower(anchor)), fragment)

    def filled(self, markdown: str) -> str:
        """A page that was added, without marks."""
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
    return quote(unquote(anchor).lower(), safe="")
