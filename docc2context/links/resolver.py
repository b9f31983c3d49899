"""What an identifier on a page stands for, and where a link to it leads."""

import re
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import unquote

from docc2context.links.paths import SiteMap, relative_link
from docc2context.markdown.inline import destination, safe_url
from docc2context.markdown.slug import slug
from docc2context.model.reference import Reference, SectionReference

_BUNDLE_URL = re.compile(r"doc://[^/]*(?=/)")
_LOCAL_ANCHOR = re.compile("#\0([^\0]*)\0")


class Resolver(Protocol):
    """How rendering asks for links: one for each page, as links are relative to it."""

    def reference(self, identifier: str) -> Reference | None:
        """What the page's `references` say of the identifier; None if they do not know it."""

    def url(self, identifier: str) -> str:
        """The address that the page gives for the identifier, else the identifier itself."""

    def to(self, identifier: str) -> str | None:
        """The destination of a link to the identifier; None if there is nothing to link to."""

    def file(self, identifier: str) -> str | None:
        """The file of the bundle that holds the page of the identifier; None if it is not here."""

    def describing(self, references: Mapping[str, Reference]) -> "Resolver":
        """The same page's links, with other words for the same identifiers."""

    def settle(self, markdown: str, anchors: Mapping[str, str]) -> str:
        """The rendered page with its links to its own headings filled in."""


class PageResolver:
    """Resolves the identifiers of one page.

    A page inside the bundle becomes a relative link; an address on the web stays absolute;
    everything else has no destination and is shown as text. The fragments of a page's own headings
    are known only when all of it is rendered: till then a link to one holds a mark between NULs,
    which no rendered text can hold.
    """

    def __init__(self, site: SiteMap, path: str, references: Mapping[str, Reference]) -> None:
        self._site = site
        self._path = path
        self._references = references

    def reference(self, identifier: str) -> Reference | None:
        return self._references.get(identifier)

    def url(self, identifier: str) -> str:
        url: str = getattr(self._references.get(identifier), "url", "")
        return url or identifier

    def file(self, identifier: str) -> str | None:
        return self._page(self.url(identifier)) or self._page(identifier)

    def to(self, identifier: str) -> str | None:
        url = self.url(identifier)
        if (external := safe_url(url)) is not None:
            return external
        path = self.file(identifier)
        if path is None:
            return None
        reference = self._references.get(identifier)
        return self._link(path, unquote(url.partition("#")[2]), reference)

    def describing(self, references: Mapping[str, Reference]) -> "PageResolver":
        return PageResolver(self._site, self._path, references)

    def settle(self, markdown: str, anchors: Mapping[str, str]) -> str:
        if "\0" not in markdown:
            return markdown
        own = relative_link(self._path, self._path)

        def fragment(match: re.Match[str]) -> str:
            found = anchors.get(match[1])
            return f"#{destination(found)}" if found else own

        return _LOCAL_ANCHOR.sub(fragment, markdown)

    def _page(self, url: str) -> str | None:
        if url.startswith("#"):
            return self._path
        if url.startswith("doc://"):
            url = _BUNDLE_URL.sub("", url)
        return self._site.find(url.partition("#")[0])

    def _link(self, path: str, anchor: str, reference: Reference | None) -> str:
        if anchor and path == self._path:
            return "#\0" + anchor.replace("\0", "") + "\0"
        link = relative_link(self._path, path)
        if not anchor:
            return link
        # On another page the heading's text, which a section reference repeats, tells its fragment.
        title = reference.title if isinstance(reference, SectionReference) else anchor
        return f"{link}#{destination(slug(title))}"
