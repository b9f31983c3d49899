"""`linkgraph.json`: where each page leads, by the kind of relation.

A relation is one of `topic`, `see-also`, `default-implementation`, `mention` (the pages that
mention this one), `conforms-to`, `conforming-type`, `inherits-from`, `inherited-by`, `relationship`
(of a type that the format does not know), `declaration` (a type in the declaration) and `body` (a
link in running text).
"""

from collections.abc import Iterable

import msgspec

from docc2context.links.resolver import Resolver
from docc2context.markdown.inline import safe_url

LINK_GRAPH = "linkgraph.json"

FORMAT = 1
"""Raised when a key of the graph changes its meaning or goes."""


class PageEdges(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where one page leads.

    `links` maps a relation to files of the bundle, `external` to addresses on the web,
    `unresolved` to identifiers of what is neither; each target once, in the page's order.
    """

    path: str
    links: dict[str, list[str]] = {}
    external: dict[str, list[str]] = {}
    unresolved: dict[str, list[str]] = {}


class LinkGraph:
    """Collects the pages' edges, each page encoded at once."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []

    def add(self, path: str, edges: Iterable[tuple[str, str]], links: Resolver) -> None:
        """The next page, with its relations and identifiers in the page's order."""
        page = PageEdges(path, {}, {}, {})
        places = (_place(relation, identifier, links) for relation, identifier in edges)
        for place, relation, target in dict.fromkeys(places):
            if target != path:
                getattr(page, place).setdefault(relation, []).append(target)
        self._lines.append(msgspec.json.encode(page))

    def encode(self) -> bytes:
        """The whole file, a page a line."""
        head = msgspec.json.encode({"format": FORMAT})[1:-1]
        return b"{" + head + b',\n"pages": [\n' + b",\n".join(self._lines) + b"\n]}\n"


def _place(relation: str, identifier: str, links: Resolver) -> tuple[str, str, str]:
    """The field of `PageEdges` that an edge belongs to, its relation and its target."""
    if (file := links.file(identifier)) is not None:
        return "links", relation, file
    if safe_url(url := links.url(identifier)) is not None:
        return "external", relation, url
    return "unresolved", relation, identifier
