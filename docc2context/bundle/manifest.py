"""`manifest.json`: every page of a bundle with its origin, and the report of the conversion."""

import hashlib
from collections.abc import Iterable

import msgspec

from docc2context.bundle.report import Report
from docc2context.version import __version__

MANIFEST = "manifest.json"

FORMAT = 1
"""Raised when a key of the manifest changes its meaning or goes."""


class PageEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A page: `source` is its entry below the archive's root, `path` its file in the bundle."""

    source: str
    path: str
    identifier: str
    usr: str | None
    kind: str
    title: str
    bytes: int
    sha256: str


def page_line(page: PageEntry) -> bytes:
    """A page's line, about 300 bytes."""
    return msgspec.json.encode(page)


def manifest(title: str, pages: Iterable[bytes], report: Report) -> bytes:
    """The whole file: a page a line, so that two manifests can be compared line by line."""
    head = {
        "format": FORMAT,
        "converter": {"name": "docc2context", "version": __version__},
        "title": title,
    }
    opening = msgspec.json.encode(head)[1:-1]
    told = msgspec.json.format(msgspec.json.encode(report), indent=2)
    body = b",\n".join(pages)
    return b"{" + opening + b',\n"pages": [\n' + body + b'\n],\n"report": ' + told + b"}\n"


def sha256(data: bytes) -> str:
    """The digest of a page's file, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
