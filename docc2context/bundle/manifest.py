"""`manifest.json`: every page of a bundle with its origin, and the report of the conversion."""

import hashlib

import msgspec

from docc2context.bundle.report import Report
from docc2context.version import __version__

MANIFEST = "manifest.json"

FORMAT = 1
"""Raised when a key of the manifest changes its meaning or goes."""


class PageEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A page: `source` is its entry below the archive's root, `path` its file in the bundle."""

    source: str
    path: str
    identifier: str
    usr: str | None
    kind: str
    title: str
    bytes: int
    sha256: str


class Manifest:
    """Collects page entries, each encoded at once: one line of the file, about 300 bytes."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []

    def add(self, page: PageEntry) -> None:
        """The next page, in the order of the bundle."""
        self._lines.append(msgspec.json.encode(page))

    def encode(self, title: str, report: Report) -> bytes:
        """The whole file: a page a line, so that two manifests can be compared line by line."""
        head = {
            "format": FORMAT,
            "converter": {"name": "docc2context", "version": __version__},
            "title": title,
        }
        opening = msgspec.json.encode(head)[1:-1]
        pages = b",\n".join(self._lines)
        told = msgspec.json.format(msgspec.json.encode(report), indent=2)
        return b"{" + opening + b',\n"pages": [\n' + pages + b'\n],\n"report": ' + told + b"}\n"


def sha256(data: bytes) -> str:
    """The digest of a page's file, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
