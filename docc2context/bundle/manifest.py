"""`manifest.json`: each page and asset of a bundle with its origin, and the conversion's report."""

import re
from collections.abc import Iterable

import msgspec

from docc2context.bundle.report import Report
from docc2context.version import NAME, __version__

MANIFEST = "manifest.json"

FORMAT = 1
"""Incremented when a key of the manifest changes its meaning or is removed."""

_OPENING = re.compile(rb'\{"format":\d+,"converter":\{"name":"%b"[,}]' % NAME.encode())

OPENING_BYTES = 256
"""More than enough of a file to tell whether it is a manifest of ours."""


def opens_manifest(data: bytes) -> bool:
    """Whether a file that begins so was written by this library, in whichever version."""
    return _OPENING.match(data) is not None


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


class AssetEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An asset: `source` is its file below the archive's root, `path` that in the bundle."""

    source: str
    path: str
    bytes: int
    sha256: str


def page_line(page: PageEntry) -> bytes:
    """A page's line, about 300 bytes."""
    return msgspec.json.encode(page)


def manifest(
    title: str,
    language: str,
    pages: Iterable[bytes],
    assets: Iterable[AssetEntry],
    report: Report,
) -> bytes:
    """The whole file: one page per line, so that two manifests can be compared line by line."""
    head = {
        "format": FORMAT,
        "converter": {"name": NAME, "version": __version__},
        "title": title,
        "language": language,
    }
    opening = msgspec.json.encode(head)[1:-1]
    report_json = msgspec.json.format(msgspec.json.encode(report), indent=2)
    lists = _list("pages", pages) + _list("assets", map(msgspec.json.encode, assets))
    return b"{" + opening + lists + b',\n"report": ' + report_json + b"}\n"


def _list(name: str, lines: Iterable[bytes]) -> bytes:
    return f',\n"{name}": [\n'.encode() + b",\n".join(lines) + b"\n]"
