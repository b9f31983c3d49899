"""Where each page goes in the bundle, and which page a DocC URL means.

A page's file is named after its entry in the archive and nothing else. `data/` goes, `.json`
becomes `.md`, and the few characters that some file system forbids are replaced. Where two pages
would then share a file, or a page would take the place of a folder, a hash of the entry's path
tells them apart.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, unquote

_DATA_FOLDER = "data/"
_PAGE_SUFFIX = ".json"
_FILE_SUFFIX = ".md"

MAX_SEGMENT_BYTES = 200
"""Below the 255 bytes of common file systems, with room for what tools append."""

RESERVED_NAMES = frozenset({"llms.txt", "linkgraph.json", "manifest.json"})
"""What the bundle keeps beside the pages; no page or folder may take these names."""

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>"|?*\\/]')
_WINDOWS_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_SAFE_IN_LINK = "/!$'*+,;=:@&~-._"


def output_paths(entries: Iterable[str]) -> dict[str, str]:
    """Each page entry, relative to the archive root, with the path of its file in the bundle.

    Paths are unique under case folding and NFC, legal on Windows, and no path is a folder of
    another. The same set of entries gives the same paths in whatever order it comes.

    >>> output_paths(["data/documentation/kit/f(_:).json"])
    {'data/documentation/kit/f(_:).json': 'documentation/kit/f(_-).md'}
    """
    ordered = sorted(entries)
    folders = set(RESERVED_NAMES)
    for entry in ordered:
        folders.update(_parents(_key(_plain_path(entry))))
    taken: set[str] = set()
    paths = {}
    for entry in sorted(ordered, key=lambda entry: (_is_changed(entry), entry)):
        paths[entry] = next(
            path for path in _candidates(entry) if _key(path) not in taken | folders
        )
        taken.add(_key(paths[entry]))
    return {entry: paths[entry] for entry in ordered}


def _candidates(entry: str) -> Iterator[str]:
    """The plain path, then paths with ever more of a hash of the entry's own path."""
    yield _plain_path(entry)
    digest = hashlib.sha256(entry.encode("utf-8", "surrogatepass")).hexdigest()
    folder, _, name = _plain_path(entry).rpartition("/")
    stem = name.removesuffix(_FILE_SUFFIX)
    for length in (8, 16, 32, 64):
        suffix = f"-{digest[:length]}{_FILE_SUFFIX}"
        name = f"{_cut(stem, MAX_SEGMENT_BYTES - len(suffix))}{suffix}"
        yield f"{folder}/{name}" if folder else name


def _plain_path(entry: str) -> str:
    *folders, name = entry.removeprefix(_DATA_FOLDER).split("/")
    segments = [_segment(folder) for folder in folders]
    if segments and segments[0].casefold() in RESERVED_NAMES:
        segments[0] = f"_{segments[0]}"
    return "/".join([*segments, _segment(name.removesuffix(_PAGE_SUFFIX), _FILE_SUFFIX)])


def _segment(name: str, suffix: str = "") -> str:
    """One segment of a path as every common file system takes it, at most 200 bytes long."""
    safe = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name).replace(":", "-"))
    safe = safe.encode("utf-8", "replace").decode()  # a lone surrogate has no UTF-8
    if _WINDOWS_DEVICES.match(safe):
        safe = f"_{safe}"
    if not suffix:
        safe = re.sub(r"[. ]+$", lambda match: "_" * len(match[0]), safe)
    if len((safe + suffix).encode()) <= MAX_SEGMENT_BYTES:
        return safe + suffix
    mark = "-" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return _cut(safe, MAX_SEGMENT_BYTES - len(mark) - len(suffix.encode())) + mark + suffix


def _cut(text: str, max_bytes: int) -> str:
    return text.encode()[:max_bytes].decode("utf-8", "ignore")


def _is_changed(entry: str) -> bool:
    plain = entry.removeprefix(_DATA_FOLDER).removesuffix(_PAGE_SUFFIX) + _FILE_SUFFIX
    return _plain_path(entry) != plain


def _key(path: str) -> str:
    """What two paths share if some file system takes them for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


class SiteMap:
    """Which file of the bundle a DocC URL such as `/documentation/kit/f(_:)` means."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self._by_url = {doc_path(entry): path for entry, path in paths.items()}
        self._by_folded_url: dict[str, str] = {}
        for url, path in self._by_url.items():
            self._by_folded_url.setdefault(_key(url), path)

    def find(self, url: str) -> str | None:
        """The file for the path of a URL, without its fragment; None if its page is not here.

        The exact name goes before the percent-decoded one and that before another letter case,
        because archives hold names with a `%` of their own.
        """
        path = "/" + url.strip("/")
        return (
            self._by_url.get(path)
            or self._by_url.get(decoded := unquote(path))
            or self._by_folded_url.get(_key(decoded))
        )


def doc_path(entry: str) -> str:
    """The path of a page in DocC's own URLs.

    >>> doc_path("data/documentation/kit/f(_:).json")
    '/documentation/kit/f(_:)'
    """
    return "/" + entry.removeprefix(_DATA_FOLDER).removesuffix(_PAGE_SUFFIX)


def relative_link(from_path: str, to_path: str) -> str:
    """The link from one file of the bundle to another, percent-encoded for Markdown.

    >>> relative_link("documentation/kit/f.md", "documentation/kit.md")
    '../kit.md'
    """
    here, there = from_path.split("/")[:-1], to_path.split("/")
    shared = 0
    while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
        shared += 1
    steps = [".."] * (len(here) - shared) + there[shared:]
    return "/".join(_encoded(step) for step in steps)


def _encoded(segment: str) -> str:
    """Percent-encode what Markdown or a URL would read; letters of every script stay legible."""
    return "".join(char if char.isalnum() else quote(char, safe=_SAFE_IN_LINK) for char in segment)
