"""Where each page and asset goes in the bundle.

A page's file is named after its entry in the archive and nothing else. `data/` is dropped, `.json`
becomes `.md`, and the few characters that some file system forbids are replaced. No name is hidden:
otherwise an archive could bring a `.git` whose commands run, or replace its reader's hidden files.
Where two pages would then share a file, or a page would take the place of a folder, a hash of the
entry's path tells them apart. An asset is named likewise, and gives way to any page.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain

_DATA_FOLDER = "data/"
_PAGE_SUFFIX = ".json"
_FILE_SUFFIX = ".md"

MAX_SEGMENT_BYTES = 200
"""Below the 255 bytes of common file systems, with room for what tools append."""

RESERVED_NAMES = frozenset({"llms.txt", "linkgraph.json", "manifest.json"})
"""What the bundle keeps beside the pages; no page or folder may take these names."""

_SURELY_SHORT = MAX_SEGMENT_BYTES - 10
_SAFE_NAME = re.compile(r"(?!(?:con|prn|aux|nul|com|lpt))[a-z0-9_(][a-z0-9_():=+&!'.-]*(?<![. ])")
"""What nearly all names match; the slow path would give them the same result."""

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>"|?*\\/]')
_UNSEEN = r"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"  # ignored by HFS+ in names
_HIDDEN = rf"{_UNSEEN}\.|[^~]{{1,6}}~[0-9]"  # such as git~1, by which NTFS knows .git too
_WINDOWS_DEVICE = r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)"
_RESERVED = re.compile(f"{_HIDDEN}|{_WINDOWS_DEVICE}", re.IGNORECASE)
_GIT_HEAD = "head"
"""A file of this name and two folders beside it make any folder a Git repository."""

_SUFFIX = re.compile(r"(?!^)\.[A-Za-z0-9]{1,16}\Z")


def output_paths(entries: Iterable[str]) -> dict[str, str]:
    """Each page entry, relative to the archive root, with the path of its file in the bundle.

    Paths are unique under case folding and NFC, legal on Windows, and no path is a folder of
    another. The same set of entries gives the same paths in whatever order it comes.

    >>> output_paths(["data/documentation/kit/f(_:).json"])
    {'data/documentation/kit/f(_:).json': 'documentation/kit/f(_-).md'}
    """
    paths = {entry: _plain_path(entry) for entry in sorted(entries)}
    changed = {entry for entry, path in paths.items() if _is_changed(entry, path)}
    _make_distinct(paths, changed, set(RESERVED_NAMES), _Folders(paths.values()))
    return paths


def asset_paths(names: Iterable[str], pages: Collection[str]) -> dict[str, str]:
    """Each asset, relative to the archive root, with the path of its file in the bundle.

    As unique, legal and independent of order as the paths of `pages`, which no asset takes.

    >>> asset_paths(["images/kit/a:b.png", "llms.txt"], [])
    {'images/kit/a:b.png': 'images/kit/a-b.png', 'llms.txt': 'llms-f43a9e2f.txt'}
    """
    paths = {name: _plain_asset_path(name) for name in sorted(names)}
    changed = {name for name, path in paths.items() if name != path}
    taken = {*RESERVED_NAMES, *map(path_key, pages)}
    _make_distinct(paths, changed, taken, _Folders(chain(pages, paths.values())))
    return paths


def _make_distinct(
    paths: dict[str, str], changed: AbstractSet[str], taken: set[str], folders: "_Folders"
) -> None:
    """Make plain paths unique; `changed` are the entries whose path is not their own name.

    In place, because the names of 200,000 entries take 64 MiB.
    """
    # Unchanged names choose first: one with a replaced character gives way, not an honest one.
    for entry in sorted(paths, key=changed.__contains__):
        key = path_key(paths[entry])
        if key in taken or key in folders:
            others = ((path, path_key(path)) for path in _hashed(entry, paths[entry]))
            paths[entry], key = next(
                (path, key) for path, key in others if key not in taken and key not in folders
            )
        taken.add(key)


class _Folders:
    """The keys of all folders that files lie in, including those that are only implied.

    Implied folders are not stored: there can be 12 million.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        folders = {path_key(folder) for folder in {path.rpartition("/")[0] for path in paths}}
        self._sorted = sorted(f"{folder}/" for folder in folders)

    def __contains__(self, key: str) -> bool:
        folder = f"{key}/"
        place = bisect_left(self._sorted, folder)
        return place < len(self._sorted) and self._sorted[place].startswith(folder)


def _hashed(entry: str, plain: str) -> Iterator[str]:
    """The plain path with ever more of a hash of the entry's own path, and hashes of that.

    Endless, because an archive can be built to collide with any fixed number.
    """
    folder, slash, name = plain.rpartition("/")
    stem, extension = _stem_and_suffix(name)
    digest = entry
    while True:
        digest = hashlib.sha256(digest.encode()).hexdigest()
        for length in (8, 16, 32, 64):
            suffix = f"-{digest[:length]}{extension}"
            yield f"{folder}{slash}{_cut(stem, MAX_SEGMENT_BYTES - len(suffix))}{suffix}"


def _plain_path(entry: str) -> str:
    folder, slash, name = entry.removeprefix(_DATA_FOLDER).rpartition("/")
    return _folder(folder) + slash + _segment(name.removesuffix(_PAGE_SUFFIX), _FILE_SUFFIX)


def _plain_asset_path(name: str) -> str:
    folder, slash, file = name.rpartition("/")
    segments = [
        # A page's file must not be a folder: no page ends in `.md_`.
        f"{segment}_" if segment.casefold().endswith(_FILE_SUFFIX) else segment
        for segment in _folder(folder).split("/")
    ]
    file = _segment(*_stem_and_suffix(file))
    if re.sub(_UNSEEN, "", file).casefold() == _GIT_HEAD:
        file = f"_{file}"
    return "/".join(segments) + slash + file


def _stem_and_suffix(name: str) -> tuple[str, str]:
    """A file's name, split before the suffix that tells programs its type, which may be empty.

    >>> _stem_and_suffix("f.tar.gz"), _stem_and_suffix("read me"), _stem_and_suffix("a.b c")
    (('f.tar', '.gz'), ('read me', ''), ('a.b c', ''))
    """
    match = _SUFFIX.search(name)
    return (name[: match.start()], match[0]) if match else (name, "")


@lru_cache(maxsize=4096)
def _folder(folder: str) -> str:
    """A folder's path in the bundle; an archive has far fewer folders than pages."""
    first, *rest = map(_segment, folder.split("/"))
    return "/".join([f"_{first}" if first.casefold() in RESERVED_NAMES else first, *rest])


def _segment(name: str, suffix: str = "") -> str:
    """One segment of a path as every common file system takes it, at most 200 bytes long."""
    if len(name) < _SURELY_SHORT and _SAFE_NAME.fullmatch(name):
        return name.replace(":", "-") + suffix
    safe = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name).replace(":", "-"))
    if _RESERVED.match(safe + suffix):
        safe = f"_{safe}"
    if not suffix:
        safe = re.sub(r"[. ]+$", lambda match: "_" * len(match[0]), safe)
    if len((safe + suffix).encode()) <= MAX_SEGMENT_BYTES:
        return safe + suffix
    mark = "-" + hashlib.sha256(name.encode()).hexdigest()[:8]
    return _cut(safe, MAX_SEGMENT_BYTES - len(mark) - len(suffix.encode())) + mark + suffix


def _cut(text: str, max_bytes: int) -> str:
    return text.encode()[:max_bytes].decode("utf-8", "ignore")


def _is_changed(entry: str, plain: str) -> bool:
    return entry != f"{_DATA_FOLDER}{plain.removesuffix(_FILE_SUFFIX)}{_PAGE_SUFFIX}"


def path_key(path: str) -> str:
    """What two paths share if some file system takes them for one; mostly the path itself."""
    if path.isascii():
        return path if path.islower() else path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def doc_path(entry: str) -> str:
    """The path of a page in DocC's own URLs.

    >>> doc_path("data/documentation/kit/f(_:).json")
    '/documentation/kit/f(_:)'
    """
    return "/" + entry.removeprefix(_DATA_FOLDER).removesuffix(_PAGE_SUFFIX)


def page_entry(path: str) -> str:
    """The entry of the page that has this path in DocC's URLs, if there is one.

    >>> page_entry("/documentation/kit/f(_:)")
    'data/documentation/kit/f(_:).json'
    """
    return f"data{path}{_PAGE_SUFFIX}"
