"""`linkgraph.json`: where each page leads, by the kind of relation.

A relation is one of `topic`, `see-also`, `default-implementation`, `mention` (the pages that
mention this one), `conforms-to`, `conforming-type`, `inherits-from`, `inherited-by`, `relationship`
(of a type that the format does not know), `declaration` (a type in the declaration) and `body` (a
link in running text).
"""

from collections.abc import Iterable

import msgspec

from docc2context.links.resolver import Resolver

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


def page_edges(path: str, edges: Iterable[tuple[str, str]], links: Resolver) -> bytes:
    """A page's line: its relations and the identifiers that they lead to, in the page's order."""
    inside, external, unresolved = _Targets(), _Targets(), _Targets()
    for relation, identifier in dict.fromkeys(edges):
        if (file := links.file(identifier)) is not None:
            if file != path:
                inside.add(relation, file)
        elif links.external(identifier) is not None:
            external.add(relation, links.url(identifier))
        else:
            unresolved.add(relation, identifier)
    page = PageEdges(path, inside.lists(), external.lists(), unresolved.lists())
    return msgspec.json.encode(page)


def link_graph(pages: Iterable[bytes]) -> bytes:
    """The whole file, a page a line."""
    head = msgspec.json.encode({"format": FORMAT})[1:-1]
    return b"{" + head + b',\n"pages": [\n' + b",\n".join(pages) + b"\n]}\n"


class _Targets:
    """Targets by relation, each once."""

    def __init__(self) -> None:
        self._by_relation: dict[str, dict[str, None]] = {}

    def add(self, relation: str, target: str) -> None:
        self._by_relation.setdefault(relation, {})[target] = None

    def lists(self) -> dict[str, list[str]]:
        return {relation: list(targets) for relation, targets in self._by_relation.items()}
