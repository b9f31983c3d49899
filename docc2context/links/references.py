"""The references of an archive's pages, each text decoded once.

A page carries a copy of what it mentions: six references a page, of which five stand to the letter
on some page before.
"""

from collections.abc import Callable

import msgspec

from docc2context.markdown.inline import safe_url
from docc2context.model.counts import Counts, new_counts
from docc2context.model.patch import PATCH_FAULTS, apply_to, split_patched
from docc2context.model.reference import Reference, decoder

_MAX_KEPT = 16 << 20
"""Bytes of text kept; an archive of 3,000 pages has 2 MB in all."""

_MAX_TEXT = 4096
"""A longer text, such as a file of a tutorial, stands on one page and is not kept."""


class Described:
    """What a text says, and what rendering made of it that is the same on every page.

    `reference` is None if the text describes nothing; `findings` counts, by kind, what in it was
    unknown or had to be mended. Its `url` leads out of the archive, to the safe `external`, or to
    the `file` of a page in the bundle, or to neither. `title` and `summary` are for `render/` to
    fill: the words of a link to it, and what a list says behind.
    """

    __slots__ = ("external", "file", "findings", "reference", "summary", "title", "url")

    def __init__(
        self, reference: Reference | None, findings: Counts, find: Callable[[str], str | None]
    ) -> None:
        self.reference = reference
        self.findings = findings
        self.url: str = getattr(reference, "url", "")
        first = self.url[:1]
        self.external = safe_url(self.url) if first != "/" else None
        self.file = find(self.url) if first not in ("", "#") else None
        self.title: str | None = None
        self.summary: str | None = None


class References:
    """Decodes references, and keeps those that may come again.

    `find` gives the file of the bundle that an address inside the archive leads to.
    """

    def __init__(self, find: Callable[[str], str | None]) -> None:
        self._find = find
        self._kept: dict[bytes, Described] = {}
        self._kept_bytes = 0

    def read(self, text: msgspec.Raw) -> Described:
        """What the text says; the same object for the same text, as long as it is kept."""
        key = bytes(text)
        described = self._kept.get(key)
        if described is None:
            described = Described(*_decoded(key), self._find)
            if len(key) <= _MAX_TEXT:
                self._keep(key, described)
        return described

    def _keep(self, key: bytes, described: Described) -> None:
        self._kept_bytes += len(key)
        if self._kept_bytes > _MAX_KEPT:
            self._kept.clear()
            self._kept_bytes = len(key)
        self._kept[key] = described


def _decoded(text: bytes) -> tuple[Reference | None, Counts]:
    findings = new_counts()
    value, patch = split_patched(text)
    try:
        reference = decoder.decode(value, findings)
    except (msgspec.DecodeError, RecursionError):
        reference = None
    if reference is None:
        findings["malformed:Reference"] += 1
        return None, findings
    for operation in patch:
        try:
            apply_to(reference, operation, own={id(reference)})
        except PATCH_FAULTS:
            findings["malformed:variantOverrides"] += 1
    return reference, findings
