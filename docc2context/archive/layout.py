"""Where the archive lies inside a zip or a folder, and which of its entries are pages."""

import re
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from docc2context.errors import ArchiveRefused, Code
from docc2context.wording import quoted

METADATA = "metadata.json"
"""The file in the root in which an archive says what it is called."""

_DATA = "/data/"
_USUAL_DATA = ("/data/documentation/", "/data/tutorials/")
_NO_ASSETS = ("data/", "index/")
_OWN_FOLDERS = (
    *("data/diffs/documentation/", "data/diffs/tutorials/"),
    *("downloads/", "images/", "videos/"),
)
_PAGE_FOLDER = re.compile(r"/data/(?=(?:documentation|tutorials)(?:/|\.json$))")
_CHANGES = re.compile(r"/data/diffs/(?:documentation|tutorials)\b")
"""Where DocC's web page looks up what changed in an API between releases, to mark it on pages for
readers who ask for it. Not pages but lists by identifier; Apple's site has them, swift-docc writes
none."""

_ARCHIVE_DATA = ".doccarchive/data/"
_CATALOG = re.compile(r"\.docc/|\.(?:md|tutorial)$")


@dataclass(frozen=True, slots=True)
class Location:
    """Where an archive lies among the sorted names of all files.

    `root` is the folder that it lies in, empty or ending in `/`; `places` are the indices of the
    names of its pages, because copies of 200,000 would take 64 MiB.
    """

    root: str
    places: "array[int]"


def locate(files: Sequence[str]) -> Location:
    """Find the archive among the sorted names of all files.

    Finder's `__MACOSX/` and `._*` are ignored. Raises ArchiveRefused: `no_docc_data` if there
    is no page, `several_archives` if there are pages of more than one archive.
    """
    root_sizes = array("i", map(_root_size, files))
    # A fixture under some other data/ folder is not an archive if a real one lies beside it.
    usual = array(
        "i",
        (
            size if size >= 0 and _is_usual(name, size) else -1
            for name, size in zip(files, root_sizes, strict=True)
        ),
    )
    roots = _outermost(files, usual) or _outermost(files, root_sizes)
    if not roots:
        raise _without_data(files)
    if len(roots) == 1 and max(usual) > root_sizes[roots[0]]:  # another lies in it
        roots += _outermost(files, _independent(files, usual, roots[0]))
    if len(roots) > 1:
        raise _several(files, root_sizes, roots)
    root = files[roots[0]][: root_sizes[roots[0]]]
    places = (
        place
        for place, size in enumerate(root_sizes)
        if size == len(root) and files[place].startswith(root)
    )
    return Location(root, array("I", places))


def is_asset(name: str) -> bool:
    """Whether a file, by its name relative to the root, is one that pages may show or link."""
    return not name.startswith(_NO_ASSETS) and not _is_litter(f"/{name}")


def _root_size(name: str) -> int:
    """The length of what precedes the `data/` folder of a page; -1 if the name is not a page's.

    A length, because the roots themselves may be as many and as long as the names.
    """
    if not name.endswith(".json"):
        return -1
    path = f"/{name}"
    first = path.find(_DATA)
    if first < 0 or _is_litter(path):
        return -1
    size = _size_before_data(path, first)
    return -1 if _CHANGES.match(path, size) else size


def _size_before_data(path: str, first: int) -> int:
    """The length of what precedes an archive's `data/`; `first` is where the first `/data/` is."""
    if (archive := path.find(_ARCHIVE_DATA)) >= 0:
        return archive + len(_ARCHIVE_DATA) - len(_DATA)
    if path.startswith(_USUAL_DATA, first):
        return first
    match = _PAGE_FOLDER.search(path, first)
    return match.start() if match else first


def _is_usual(name: str, size: int) -> bool:
    """Whether a page lies where DocC puts pages: one of its two folders, or a `.doccarchive`."""
    return f"/{name}".startswith(_USUAL_DATA, size) or name.endswith(".doccarchive/", 0, size)


def _is_litter(path: str) -> bool:
    """Whether Finder left it there; the path begins with a slash."""
    return (
        "/__MACOSX/" in path
        or path.startswith("/._", path.rfind("/"))
        or path.endswith("/.DS_Store")
    )


def _outermost(files: Sequence[str], root_sizes: Sequence[int]) -> "array[int]":
    """One index per root that lies in no other.

    The names are sorted, so those in a root are neighbours: a new root lies in the last one, or
    some of the last ones lie in it.
    """
    outer = array("I")
    for place, size in enumerate(root_sizes):
        if size < 0 or (outer and _lies_in(files, root_sizes, place, outer[-1])):
            continue
        while outer and _lies_in(files, root_sizes, outer[-1], place):
            outer.pop()
        outer.append(place)
    return outer


def _independent(files: Sequence[str], root_sizes: Sequence[int], outer: int) -> "array[int]":
    """The sizes of roots inside the one at `outer` that are archives of their own; -1 elsewhere.

    An older version of a site is one. Parts of the outer archive are what it offers as a download,
    the copy that a site of merged archives keeps where it shows the pages of one, and lists of
    changes, which are named after pages.
    """
    cut = root_sizes[outer]
    return array(
        "i",
        (
            size
            if size > cut
            and not files[place].startswith(_OWN_FOLDERS, cut)
            and not _is_copy(files, place, size, cut)
            else -1
            for place, size in enumerate(root_sizes)
        ),
    )


def _is_copy(files: Sequence[str], place: int, size: int, cut: int) -> bool:
    """Whether the outer archive has this page too, and a page where the inner archive lies.

    `size` is the length of the inner root, `cut` that of the outer.
    """
    name = files[place]
    outer, inner = name[:cut], name[cut : size - 1]
    # A folder may be named like its module; DocC writes the names of pages in lower case.
    pages = [f"{outer}data/{page}.json" for page in (inner, inner.lower())]
    is_shown = any(place_of(page, files) is not None for page in pages)
    return is_shown and place_of(outer + name[size:], files) is not None


def place_of(name: str, names: Sequence[str]) -> int | None:
    """The index of a name among sorted ones; None if it is not there."""
    place = bisect_left(names, name)
    return place if name in names[place : place + 1] else None


def _lies_in(files: Sequence[str], root_sizes: Sequence[int], place: int, other: int) -> bool:
    """Whether the root at `place` is, or is in, that at `other`."""
    size = root_sizes[other]
    return size <= root_sizes[place] and files[place].startswith(files[other][:size])


def _several(
    files: Sequence[str], root_sizes: Sequence[int], roots: Sequence[int]
) -> ArchiveRefused:
    shown = [files[place][: root_sizes[place]] or "./" for place in roots[:3]]
    found = ", ".join([*map(quoted, shown), *(["…"] if len(roots) > 3 else [])])
    remedy = None
    if _lies_in(files, root_sizes, roots[1], roots[0]):
        remedy = "convert one at a time; to convert the first, move the others out of its folder"
    return ArchiveRefused(
        Code.SEVERAL_ARCHIVES,
        f"the archive contains {len(roots)} DocC archives ({found})",
        remedy=remedy,
    )


def _without_data(files: Sequence[str]) -> ArchiveRefused:
    kept = [name for name in files if not _is_litter(f"/{name}")]
    what, remedy = ": no JSON page is under a data/ folder", None
    if any(map(_CATALOG.search, kept)):
        what = ", but what looks like the sources of a .docc catalog"
        remedy = "build the documentation first, and convert the .doccarchive that this produces"
    elif inner := next((name for name in kept if name.lower().endswith(".zip")), None):
        what = f", but another zip, {quoted(inner)}"
        remedy = "unpack the archive and convert the zip inside it"
    return ArchiveRefused(
        Code.NO_DOCC_DATA, f"the archive contains no DocC data{what}", remedy=remedy
    )
