"""The references of an archive's pages, each text decoded once.

A page carries a copy of what it mentions: six references per page, five of which are, to the
letter, on some earlier page.
"""

from collections.abc import Callable, Iterable
from copy import copy

import msgspec

from docc2context.markdown.inline import safe_url
from docc2context.model.counts import Counts, new_counts
from docc2context.model.json_patch import PATCH_FAULTS, apply_to
from docc2context.model.page import PatchOperation
from docc2context.model.patch import PatchedText, ReferenceText
from docc2context.model.reference import Reference, fragments_decoder, reference_decoder
from docc2context.model.salvage import Salvager

_MAX_KEPT = 4 << 20
"""Bytes of text kept: some 20 MB of structs at most. An archive of 3,000 pages has 2 MB in all,
and neighbours, which come one after the other, repeat each other most."""

_MAX_TEXT = 4096
"""A longer text, such as a file of a tutorial, stands on one page and is not kept."""

_COST_OF_MENDED = 8
"""How many bytes of sound JSON a byte counts for in a text with misfits: among these, a node may
take three bytes, where a sound one takes twenty."""


class Described(msgspec.Struct, gc=False):
    """A text decoded, and what rendering made of it that is the same on every page.

    `reference` is None if the text describes nothing. `unknown_nodes` counts, by kind, what in it
    was unknown or had to be mended; None if nothing was. `url` is its address. If that leads to the
    web, `external` is the same, safe to link; if it leads to a page of the bundle, `file` is that
    page's. `cost` is what looking at all of it costs, in bytes of sound JSON. `title` and `summary`
    are for `render/` to fill: the text of a link to it, and what follows that in a list.

    `gc=False` spares the collector thousands of objects that are kept and never part of a cycle.
    """

    reference: Reference | None
    unknown_nodes: Counts | None
    url: str
    external: str | None
    file: str | None
    cost: int
    title: str | None = None
    summary: str | None = None


class References:
    """Decodes references, and keeps those that may come again.

    `find` gives the file of the bundle that an address inside the archive leads to.
    """

    def __init__(self, find: Callable[[str], str | None]) -> None:
        self._find = find
        self._kept: dict[bytes, Described] = {}
        self._kept_bytes = 0

    def read(self, text: ReferenceText) -> Described:
        """What the text says; the same object for the same text, as long as it is kept."""
        if isinstance(text, PatchedText):
            return self._patched(self.read(text.text), text.operations)
        key = bytes(text)
        described = self._kept.get(key)
        if described is None:
            size = len(key)
            described = self._described(*_decoded(key), size)
            if size <= _MAX_TEXT:
                self._keep(key, described)
        return described

    def declaration(self, text: ReferenceText) -> str:
        """The short declaration of a symbol; empty if the text has none.

        That of another language is not known: patches to keys that pages do not show are dropped.
        """
        if isinstance(text, PatchedText):
            return ""
        try:
            found = fragments_decoder.decode(text, new_counts())
        except (msgspec.DecodeError, RecursionError):
            return ""
        return "".join([fragment.text for fragment in found.fragments]).strip() if found else ""

    def _patched(
        self, own: Described, operations: Iterable[tuple[str, PatchOperation]]
    ) -> Described:
        """What a text says in another language."""
        if own.reference is None:
            return own
        reference = copy(own.reference)
        unknown = new_counts() if own.unknown_nodes is None else own.unknown_nodes.copy()
        salvager = Salvager(unknown)
        copied = {id(reference)}
        for path, operation in operations:
            try:
                apply_to(reference, path, operation, copied, salvager)
            except PATCH_FAULTS:
                unknown["malformed:variantOverrides"] += 1
        values = map(len, [operation.value for _, operation in operations])
        return self._described(reference, unknown, sum(values, own.cost))

    def _described(self, reference: Reference | None, unknown: Counts, size: int) -> Described:
        url: str = getattr(reference, "url", "")
        external = safe_url(url) if url[:1] != "/" else None
        file = self._find(url) if url and url[0] != "#" else None
        cost = size * _COST_OF_MENDED if unknown else size
        return Described(reference, unknown or None, url, external, file, cost)

    def _keep(self, key: bytes, described: Described) -> None:
        self._kept_bytes += len(key)
        if self._kept_bytes > _MAX_KEPT:
            self._kept.clear()
            self._kept_bytes = len(key)
        self._kept[key] = described


def _decoded(text: bytes) -> tuple[Reference | None, Counts]:
    unknown = new_counts()
    try:
        reference = reference_decoder.decode(text, unknown)
    except (msgspec.DecodeError, RecursionError):
        reference = None
    if reference is None:
        unknown["malformed:Reference"] += 1
    return reference, unknown
