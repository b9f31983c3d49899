"""Where the archive lies inside a zip or a folder, and which of its entries are pages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from docc2context.errors import ArchiveRefused, Code, shown

_LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|\._[^/]*$|\.DS_Store$)")
_DATA_FOLDER = re.compile(r"(?:^|(?<=/))data/")
_PAGE_FOLDER = re.compile(r"(?:^|(?<=/))data/(?=(?:documentation|tutorials)(?:/|\.json$))")
_ARCHIVE_FOLDER = re.compile(r"^.*?\.doccarchive/(?=data/)")
_CATALOG = re.compile(r"\.docc/|\.(?:md|tutorial)$")


@dataclass(frozen=True, slots=True)
class Layout:
    """The root of the archive, empty or ending in `/`, and its sorted pages relative to it."""

    root: str
    pages: tuple[str, ...]


def find_layout(names: Iterable[str]) -> Layout:
    """The layout of an archive, from the names of all its files.

    Finder's `__MACOSX/` and `._*` are passed over. Raises ArchiveRefused: `no_docc_data` if there
    is no page, `several_archives` if there are pages of more than one archive.
    """
    files = [name for name in names if not _LITTER.search(name)]
    pages = {
        name: root for name in files if name.endswith(".json") and (root := _root(name)) is not None
    }
    roots = _outermost(set(pages.values()))
    if not roots:
        raise ArchiveRefused(Code.NO_DOCC_DATA, _what_is_missing(files))
    if len(roots) > 1:
        found = ", ".join([*map(shown, roots[:3]), *(["…"] if len(roots) > 3 else [])])
        raise ArchiveRefused(
            Code.SEVERAL_ARCHIVES,
            f"holds {len(roots)} DocC archives ({found}); convert one at a time",
        )
    root = roots[0]
    own = (name[len(root) :] for name, its_root in pages.items() if its_root == root)
    return Layout(root, tuple(sorted(own)))


def _root(name: str) -> str | None:
    """What stands before the `data/` folder that a page belongs to; None if it is no page."""
    if match := _ARCHIVE_FOLDER.match(name):
        return match[0]
    match = _PAGE_FOLDER.search(name) or _DATA_FOLDER.search(name)
    return name[: match.start()] if match else None


def _outermost(roots: set[str]) -> list[str]:
    """Roots that lie in no other one: an archive may carry another as a download."""
    return [
        root
        for root in sorted(roots)
        if not any(root.startswith(other) for other in roots - {root})
    ]


def _what_is_missing(files: list[str]) -> str:
    if any(_CATALOG.search(name) for name in files):
        return (
            "holds no DocC data, but what looks like the sources of a .docc catalog; "
            "build the documentation first and zip the .doccarchive that it makes"
        )
    return "holds no DocC data: there is no JSON page under a data/ folder"
