"""An archive as a folder on disk."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from docc2context.archive.layout import METADATA, Location, is_asset, locate
from docc2context.archive.limits import (
    MAX_METADATA_BYTES,
    Limits,
    check_asset_sizes,
    check_page_sizes,
)
from docc2context.archive.source import PIECE_BYTES
from docc2context.errors import ArchiveRefused, Code, EntryUnreadable

_LINKED = "it is a link, and links are not followed"

_ENDINGS = (".json", ".md", ".tutorial")
"""Of the files that count where no assets are wanted: pages, and what tells a catalog of sources
from an archive."""


class FolderArchive:
    """An archive as a folder on disk; links in it are not followed.

    Raises EntryUnreadable for a folder of pages that cannot be listed, because there is no telling
    how many pages are lost with it; with `assets`, also for a folder of assets. A page or an asset
    that cannot be read is reported when it is read.
    """

    def __init__(self, folder: Path, limits: Limits, *, assets: bool) -> None:
        listing = _listed(folder.resolve(), ("",) if assets else _ENDINGS)
        files, names = listing.files, sorted(listing.files)
        location = _located(names, listing, assets=assets)
        root = location.root
        self._files = {names[i][len(root) :]: files[names[i]] for i in location.places}
        self.pages = tuple(self._files)
        self._metadata = files.get(root + METADATA)
        self._limits = limits
        check_page_sizes(((page, _size(file)) for page, file in self._files.items()), limits)
        self._assets = _assets(files, root) if assets else {}
        self._asset_sizes: dict[str, int] = {}
        self.assets = tuple(self._assets)

    def read(self, page: str) -> bytes:
        with _unreadable_on_error(page):
            return _regular(self._files[page], page).read_bytes()

    def metadata(self) -> bytes | None:
        file = self._metadata
        if file is None or _size(file) > MAX_METADATA_BYTES:
            return None
        with _unreadable_on_error(METADATA):
            return _regular(file, METADATA).read_bytes()

    def check_assets(self, names: Iterable[str]) -> None:
        pages = sum(map(_size, self._files.values()))
        check_asset_sizes(pages, sum(map(self.asset_size, names)), self._limits)

    def asset_size(self, name: str) -> int:
        # As first seen: the limits count what is then written, under headers that tell its size.
        if name not in self._asset_sizes:
            self._asset_sizes[name] = _size(self._assets[name])
        return self._asset_sizes[name]

    def read_asset(self, name: str) -> Iterator[bytes]:
        left = self.asset_size(name)
        with _unreadable_on_error(name), _regular(self._assets[name], name).open("rb") as file:
            while piece := file.read(min(PIECE_BYTES, left)):
                left -= len(piece)
                yield piece
            if left or file.read(1):
                raise EntryUnreadable("its size changed while it was being read", name)


@contextmanager
def _unreadable_on_error(entry: str) -> Iterator[None]:
    """Turns an OSError while reading into EntryUnreadable."""
    try:
        yield
    except EntryUnreadable:
        raise
    except OSError as error:
        raise EntryUnreadable(f"the file cannot be read: {_why(error)}", entry) from error


def _regular(file: Path, entry: str) -> Path:
    """The same file, if it is regular, and so has an end. Raises EntryUnreadable, OSError."""
    mode = file.lstat().st_mode
    if stat.S_ISREG(mode):
        return file
    raise EntryUnreadable(_LINKED if stat.S_ISLNK(mode) else "it is not a regular file", entry)


def _assets(files: Mapping[str, Path], root: str) -> dict[str, Path]:
    """The files that pages may show, by name below the root, including unreadable ones."""
    below = ((name[len(root) :], files[name]) for name in sorted(files) if name.startswith(root))
    return {name: path for name, path in below if is_asset(name)}


def _name(path: Path, base: Path) -> str:
    r"""The name of a file or folder, beginning with that of the base folder.

    Linux allows any bytes in names; those that are not UTF-8 appear as `\xff`.
    """
    return os.fsencode(path.relative_to(base.parent).as_posix()).decode("utf-8", "backslashreplace")


class _Listing(NamedTuple):
    """The files by name, and why some folders were not searched, by name as well.

    These are `unreadable`, or `links` to folders.
    """

    files: dict[str, Path]
    unreadable: dict[str, str]
    links: dict[str, str]


def _listed(base: Path, endings: tuple[str, ...]) -> _Listing:
    """The files with one of these endings.

    Names begin with that of the base folder: it may be the `data` folder that makes an archive.
    """
    listing = _Listing({}, {}, {})

    def tell(error: OSError) -> None:
        why = f"the folder cannot be read: {_why(error)}; make it readable and try again"
        listing.unreadable[_name(Path(error.filename), base)] = why

    for folder, subfolders, names in os.walk(base, onerror=tell):
        paths = [Path(folder, file) for file in names if file.endswith(endings)]
        listing.files.update((_name(path, base), path) for path in paths)
        links = filter(Path.is_symlink, (Path(folder, subfolder) for subfolder in subfolders))
        why = f"{_LINKED}; put the folder itself in its place"
        listing.links.update((_name(link, base), why) for link in links)
    return listing


def _located(names: Sequence[str], listing: _Listing, *, assets: bool) -> Location:
    """Where the archive lies among the sorted names of the files listed.

    Raises as `locate` does, and EntryUnreadable if a folder of its pages, or assets, was not
    listed.
    """
    _, unreadable, links = listing
    try:
        location = locate(names)
    except ArchiveRefused as refused:
        # The pages may lie in a folder that cannot be read. Links say nothing: they lead anywhere.
        if refused.code is Code.NO_DOCC_DATA and unreadable:
            first = min(unreadable)
            raise EntryUnreadable(unreadable[first], first) from refused
        raise
    cut = len(location.root)
    for name, why in sorted({**unreadable, **links}.items()):
        below = f"{name}/"[cut:] if name.startswith(location.root) else ""
        if below.startswith("data/") or (assets and below and is_asset(below)):
            raise EntryUnreadable(why, name[cut:])
    return location


def _size(file: Path) -> int:
    """The bytes of a regular file; 0 for anything else and on errors: reading it will tell why."""
    try:
        status = file.lstat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _why(error: OSError) -> str:
    """The system's reason, without the path."""
    return error.strerror or type(error).__name__
