"""`llms.txt`: the table of contents of a bundle in the form of llmstxt.org, in curated order.

Pages come as their authors grouped them: each root page (a module, a table of contents) opens a
section, and its topics follow depth first. Roots that are articles come first: they lead through
all modules. What nobody curated follows, in order of paths, and last what types inherit, which a
reader short of room may leave out (DOCS/ADR/0021).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain

import msgspec

from docc2context.links.relative import link_from
from docc2context.markdown.blocks import heading
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.markdown.inline import link

LLMS_TXT = "llms.txt"

_PACKAGE = "documentation.md"

_UNCURATED = "More pages"
"""The section of pages that lie under no root page."""

_OPTIONAL = "Optional"
"""The section that llmstxt.org lets readers skip, by this very name."""

MAX_DECLARATION = 1000
"""Characters of a declaration that are shown; the longest of ten archives has 504."""


class ContentsEntry(msgspec.Struct, frozen=True, gc=False):
    """A page: its rendered name and one-line abstract, and the files that it lists, in order.

    `is_article` tells an author's text from a symbol, a module or a tutorial. `declaration` is
    plain text, and tells it from others of the same name; `other_names` are those that it has in
    other languages, rendered. `is_inherited` marks what a type has from elsewhere.
    `owner` is the symbol that it belongs to by its address; that may have no page.
    """

    title: str
    name: str
    abstract: str
    children: tuple[str, ...]
    is_symbol: bool = False
    is_article: bool = False
    is_deprecated: bool = False
    is_beta: bool = False
    declaration: str = ""
    other_names: str = ""
    is_inherited: bool = False
    owner: str = ""


class Contents:
    """Collects the pages of a bundle by their files, in any order."""

    def __init__(self) -> None:
        self._entries: dict[str, ContentsEntry] = {}

    def add(self, path: str, entry: ContentsEntry) -> None:
        """Add a page."""
        self._entries[path] = entry

    def order(self) -> dict[str, list[str]]:
        """The files of all pages, each once, by the title of their section.

        That is the title of the root page which leads to them or lies above them. Roots with the
        same title share a section, since readers tell sections apart only by title.
        """
        roots = sorted(filter(_is_root, self._entries), key=self._rank)
        seen: set[str] = set()
        sections: dict[str, list[str]] = {}
        for root in roots:
            sections.setdefault(self._head(root), []).extend(self._walk(root, seen))
        homes = {root.removesuffix(".md"): self._head(root) for root in roots}
        for path in sorted(self._entries.keys() - seen):
            home = homes.get("/".join(path.split("/")[:2]), _UNCURATED)
            sections.setdefault(home, []).append(path)
        return self._optional_last(sections)

    def title(self, own: str) -> str:
        """What to call the archive, which calls itself `own`; that may be empty.

        An archive of several modules names itself after one of them; the page above all is right.
        """
        if _PACKAGE in self._entries:
            return self._title(_PACKAGE)
        return own.strip() or self._title(min(self._entries, key=_by_depth))

    def render(self, title: str) -> str:
        """The text of the file."""
        parts = [heading(1, escape(title))]
        places = {
            path: (path.rpartition("/")[0], entry.name) for path, entry in self._entries.items()
        }
        count = Counter(places.values())
        for head, paths in self.order().items():
            lines = [self._line(path, is_overload=count[places[path]] > 1) for path in paths]
            parts += [heading(2, escape(head)), "\n".join(lines)]
        return "\n\n".join(parts) + "\n"

    def _rank(self, root: str) -> tuple[bool, str]:
        """Articles before modules and tutorials, then by path."""
        return not self._entries[root].is_article, root

    def _head(self, root: str) -> str:
        """The heading of a root's section; never the one that says that it may be skipped."""
        title = self._title(root)
        return root if title == _OPTIONAL else title

    def _walk(self, root: str, seen: set[str]) -> Iterator[str]:
        """Depth first, each page once: cycles of topics end, and no depth exhausts the stack."""
        waiting = [root]
        while waiting:
            path = waiting.pop()
            if path in seen or path not in self._entries or self._stays(path, root):
                continue
            seen.add(path)
            yield path
            waiting.extend(reversed(self._entries[path].children))

    def _stays(self, path: str, root: str) -> bool:
        """Whether a page that a root leads to is listed by another root, or is one itself.

        A module's symbols stay with it, and lessons with their table of contents, where an article
        above all leads to one of them: all that this one lists would go along.
        """
        if _is_root(path):
            return path != root
        home = f"{'/'.join(path.split('/')[:2])}.md"
        is_guide = self._entries[root].is_article and not self._entries[path].is_article
        return is_guide and home != root and home in self._entries

    def _optional_last(self, sections: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """The sections without what is inherited, and a last one that has it."""
        kept = {
            head: [path for path in paths if not self._entries[path].is_inherited]
            for head, paths in sections.items()
        }
        left = {head: paths for head, paths in kept.items() if paths}
        inherited = [
            path
            for path in chain.from_iterable(sections.values())
            if self._entries[path].is_inherited
        ]
        if inherited:
            left.setdefault(_OPTIONAL, []).extend(inherited)
        return left

    def _title(self, path: str) -> str:
        """The title of a page, or its path if it has none, since no heading may be empty."""
        return self._entries[path].title.strip() or path

    def _line(self, path: str, *, is_overload: bool) -> str:
        """A page as an item of the list."""
        entry = self._entries[path]
        line = f"- {link(self._name(path, entry), link_from('', path))}"
        if is_overload and entry.declaration:
            line += f" ({code_span(_on_one_line(entry.declaration))})"
        if entry.other_names:
            line += f" ({entry.other_names})"
        if entry.is_deprecated:
            line += " (deprecated)"
        elif entry.is_beta:
            line += " (beta)"
        return f"{line}: {entry.abstract}" if entry.abstract else line

    def _name(self, path: str, entry: ContentsEntry) -> str:
        """The name of a page, after the name of what it belongs to.

        The titles of nested types, and of cases, begin with that already. A page without a title is
        called by its path, since a link without words cannot be followed.
        """
        if not entry.title.strip():
            return escape(path)
        owner, owner_name = self._owner(path, entry)
        if not owner or (entry.is_symbol and _bears(entry.title, owner)):
            return entry.name
        if _is_code(entry.name) and _joins_by_dot(owner, entry.title):
            return code_span(f"{owner}.{entry.title}")
        return f"{owner_name}: {entry.name}"

    def _owner(self, path: str, entry: ContentsEntry) -> tuple[str, str]:
        """The title and the name of the symbol that a page belongs to; both empty if there is none.

        It is the symbol of the page above; if there is no page above, what the address names.
        """
        above = self._entries.get(f"{path.rpartition('/')[0]}.md")
        if above is None:
            return entry.owner, code_span(entry.owner)
        return (above.title, above.name) if above.is_symbol else ("", "")


def _bears(title: str, owner: str) -> bool:
    """Whether a title begins with its owner's, not just with a longer word that begins so."""
    return title.startswith(owner) and not title[len(owner) : len(owner) + 1].islower()


def _is_code(name: str) -> bool:
    return name[:1] == "`"


def _joins_by_dot(owner: str, title: str) -> bool:
    """Whether `owner.member` reads as a member.

    Not if the owner is a path or several words, or if the member begins with a dot of its own, as
    the operator `...(_:)` does.
    """
    return " " not in owner and "/" not in owner and not title.startswith(".")


def _on_one_line(declaration: str) -> str:
    line = " ".join(declaration[:MAX_DECLARATION].split())
    return line if len(declaration) <= MAX_DECLARATION else f"{line}…"


def _is_root(path: str) -> bool:
    """Whether a page opens a section: its file lies at most one folder deep."""
    return path.count("/") <= 1


def _by_depth(path: str) -> tuple[int, str]:
    return path.count("/"), path
