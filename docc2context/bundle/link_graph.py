"""`linkgraph.json`: where each page leads, by the kind of relation.

A relation is one of `topic`, `see-also`, `default-implementation`, `mention` (the pages that
mention this one), `conforms-to`, `conforming-type`, `inherits-from`, `inherited-by`, `relationship`
(of a type that the format does not know), `declaration` (a type in the declaration) and `body` (a
link in running text).
"""

from collections.abc import Iterable

import msgspec

from docc2context.links.resolver import PageResolver

LINK_GRAPH = "linkgraph.json"

FORMAT = 1
"""Incremented when a key of the graph changes its meaning or is removed."""

_Targets = dict[str, dict[str, None]]
"""Targets by relation, each once, in the page's order."""


class _PageEdges(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where one page leads.

    `links` maps a relation to files of the bundle, `external` to addresses on the web,
    `unresolved` to identifiers of what is neither; each target once, in the page's order. `names`
    are what the page calls the unresolved: identifiers of other modules' symbols are mangled.
    """

    path: str
    links: dict[str, list[str]] = {}
    external: dict[str, list[str]] = {}
    unresolved: dict[str, list[str]] = {}
    names: dict[str, str] = {}


def page_edges(path: str, edges: Iterable[tuple[str, str]], links: PageResolver) -> bytes:
    """A page's line: its relations and the identifiers that they lead to, in the page's order."""
    inside: _Targets = {}
    external: _Targets = {}
    unresolved: _Targets = {}
    names: dict[str, str] = {}
    for relation, identifier in dict.fromkeys(edges):
        if (file := links.file(identifier)) is not None:
            if file != path:
                inside.setdefault(relation, {})[file] = None
        elif links.external(identifier) is not None:
            external.setdefault(relation, {})[links.url(identifier)] = None
        else:
            unresolved.setdefault(relation, {})[identifier] = None
            if name := _name(identifier, links):
                names[identifier] = name
    page = _PageEdges(path, _lists(inside), _lists(external), _lists(unresolved), names)
    return msgspec.json.encode(page)


def _name(identifier: str, links: PageResolver) -> str:
    """What the page calls a thing; empty if that is no more than the identifier."""
    title: str = getattr(links.reference(identifier), "title", None) or ""
    return title if title != identifier else ""


def linked_files(pages: Iterable[bytes]) -> set[str]:
    """All files of the bundle that these pages, one line each, lead to."""
    edges = map(msgspec.json.Decoder(_PageEdges).decode, pages)
    return {file for page in edges for files in page.links.values() for file in files}


def link_graph(pages: Iterable[bytes]) -> bytes:
    """The whole file, one page per line."""
    head = msgspec.json.encode({"format": FORMAT})[1:-1]
    return b"{" + head + b',\n"pages": [\n' + b",\n".join(pages) + b"\n]}\n"


def _lists(targets: _Targets) -> dict[str, list[str]]:
    return {relation: list(each) for relation, each in targets.items()} if targets else {}
