"""What an identifier on a page stands for, and where a link to it leads."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from docc2context.links.references import Described
from docc2context.links.relative import link_from
from docc2context.links.site import Site
from docc2context.markdown.inline import destination, safe_url
from docc2context.markdown.slug import slug
from docc2context.model.patch import ReferenceText
from docc2context.model.reference import Reference, is_section

_LOCAL_ANCHOR = re.compile("#\0([^\0]*)\0")


class PageResolver:
    """Resolves the identifiers of one page in a bundle without assets; others derive from it.

    One per page, because links are relative to it.

    A page inside the bundle becomes a relative link; an address on the web stays absolute;
    everything else has no destination and is shown as text. The fragments of a page's own headings
    are known only when all of it is rendered: until then, a link to one holds a mark between NULs,
    which no rendered text can hold.
    """

    def __init__(self, site: Site, path: str, references: Mapping[str, ReferenceText]) -> None:
        self._site = site
        self._path = path
        self._folder = path.rpartition("/")[0]
        self._texts = references
        self._described: dict[str, Described | None] = {}
        self._declarations: dict[str, str] = {}
        self.linked: dict[str, str] = {}
        """The assets that the page was given links to, and their paths in the bundle."""

    def describe(self, identifier: str) -> Described | None:
        """What the page's `references` say of the identifier; None if they do not know it."""
        described = self._described.get(identifier)
        if described is None and identifier not in self._described:
            text = self._texts.get(identifier)
            described = None if text is None else self._site.references.read(text)
            self._described[identifier] = described
        return described

    def reference(self, identifier: str) -> Reference | None:
        """The reference that `describe` gives; None if there is none, or none that can be read."""
        described = self.describe(identifier)
        return described.reference if described else None

    def declaration(self, identifier: str) -> str:
        """The short declaration of the symbol that an identifier stands for; empty without one."""
        found = self._declarations.get(identifier)
        if found is None:
            text = self._texts.get(identifier)
            found = "" if text is None else self._site.references.declaration(text)
            self._declarations[identifier] = found
        return found

    def url(self, identifier: str) -> str:
        """The address that the page gives for the identifier, else the identifier itself."""
        described = self.describe(identifier)
        return described.url if described and described.url else identifier

    def external(self, identifier: str) -> str | None:
        """The address on the web that the identifier stands for, safe to link; None for others."""
        described = self.describe(identifier)
        return described.external if described and described.url else safe_url(identifier)

    def file(self, identifier: str) -> str | None:
        """The file of the bundle that holds the page of the identifier; None if it is not here."""
        described = self.describe(identifier)
        if described is not None:
            if described.file is not None:
                return described.file
            if described.url[:1] == "#":
                return self._path
        return self._path if identifier[:1] == "#" else self._site.find(identifier)

    def destination(self, identifier: str, described: Described | None) -> str | None:
        """The destination of a link to the identifier; None if there is nothing to link to.

        `described` is what `describe` returned for it: callers have mostly asked already.
        """
        if described is not None and described.file is not None and "#" not in described.url:
            return link_from(self._folder, described.file)  # as nearly always
        if (external := self.external(identifier)) is not None:
            return external
        path = self.file(identifier)
        if path is None:
            return None
        anchor = unquote(self.url(identifier).partition("#")[2])
        return self._link(path, anchor, described)

    def asset(self, url: str) -> str | None:  # noqa: ARG002  # this bundle has none
        """The link to the file of the archive that a URL names; None if it is not in the bundle."""
        return None

    def with_references(self, references: Mapping[str, ReferenceText]) -> "PageResolver":
        """The same page's links, with other references for the same identifiers."""
        return PageResolver(self._site, self._path, references)

    def fill_own_links(self, markdown: str, anchors: Mapping[str, str]) -> str:
        """The rendered page with its links to its own headings filled in."""
        if "\0" not in markdown:
            return markdown
        own = link_from(self._folder, self._path)
        # Authors ignore the letter case of anchors; the first of several is meant.
        folded = {anchor.lower(): anchors[anchor] for anchor in reversed(list(anchors))}

        def fragment(match: re.Match[str]) -> str:
            found = anchors.get(match[1]) or folded.get(match[1].lower())
            return f"#{destination(found)}" if found else own

        return _LOCAL_ANCHOR.sub(fragment, markdown)

    def _link(self, path: str, anchor: str, described: Described | None) -> str:
        if anchor and path == self._path:
            return "#\0" + anchor.replace("\0", "") + "\0"
        link = link_from(self._folder, path)
        if not anchor:
            return link
        title = _heading(described.reference) if described else ""
        return f"{link}#{destination(slug(title or anchor))}"


def _heading(reference: Reference | None) -> str:
    """The text of the heading that this leads to on another page; its fragment follows from it."""
    return reference.title if is_section(reference) else ""
