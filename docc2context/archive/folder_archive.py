"""An archive as a folder on disk."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from docc2context.archive.asset_streams import PIECE_BYTES
from docc2context.archive.layout import Layout, find_layout, is_asset
from docc2context.archive.limits import (
    MAX_METADATA_BYTES,
    METADATA,
    Limits,
    check_asset_sizes,
    check_page_sizes,
)
from docc2context.errors import ArchiveRefused, Code, EntryUnreadable

_LINKED = "it is a link, and links are not followed"


class FolderArchive:
    """An archive as a folder on disk; links in it are not followed.

    Raises EntryUnreadable for a folder of pages that cannot be listed, as nobody can say how many
    pages are lost with it. A page or an asset that cannot be read is told of when it is read.
    """

    def __init__(self, folder: Path, limits: Limits, *, assets: bool) -> None:
        base = folder.resolve()
        files, unlisted = _listed(base)
        layout = _layout(files, unlisted)
        self.pages = layout.pages
        self._files = {page: files[layout.root + page] for page in layout.pages}
        self._metadata = files.get(layout.root + METADATA)
        self._limits = limits
        check_page_sizes(((page, _size(file)) for page, file in self._files.items()), limits)
        self._assets = _assets(base, layout.root) if assets else {}
        self.assets = tuple(self._assets)

    def read(self, page: str) -> bytes:
        file = self._files[page]
        try:
            status = file.lstat()
            if stat.S_ISREG(status.st_mode):
                return file.read_bytes()
        except OSError as error:
            raise EntryUnreadable(f"the file cannot be read: {_why(error)}", page) from error
        is_link = stat.S_ISLNK(status.st_mode)
        raise EntryUnreadable(_LINKED if is_link else "it is no regular file", page)

    def metadata(self) -> bytes | None:
        file = self._metadata
        try:
            if file is None or not 0 < _size(file) <= MAX_METADATA_BYTES:
                return None
            return file.read_bytes()
        except OSError:  # as if there were none: no more than the bundle's title hangs on it
            return None

    def check_assets(self, names: Iterable[str]) -> None:
        pages = sum(map(_size, self._files.values()))
        check_asset_sizes(pages, sum(map(self.asset_size, names)), self._limits)

    def asset_size(self, name: str) -> int:
        return _size(self._assets[name])

    def read_asset(self, name: str) -> Iterator[bytes]:
        left = self.asset_size(name)
        try:
            with self._assets[name].open("rb") as file:
                while piece := file.read(min(PIECE_BYTES, left)):
                    left -= len(piece)
                    yield piece
        except OSError as error:
            raise EntryUnreadable(f"the file cannot be read: {_why(error)}", name) from error
        if left:
            raise EntryUnreadable("the file became shorter while it was read", name)


def _assets(base: Path, root: str) -> dict[str, Path]:
    """The files that pages may show, by their names below the root; links are not followed."""
    files = {
        _name(path, base): path
        for path in base.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    below = ((name[len(root) :], files[name]) for name in sorted(files) if name.startswith(root))
    return {name: path for name, path in below if is_asset(name)}


def _name(path: Path, base: Path) -> str:
    r"""The name of a file or folder, which begins with that of the folder itself.

    Linux takes any bytes for one; those that are no UTF-8 stand in it as `\xff`.
    """
    return os.fsencode(path.relative_to(base.parent).as_posix()).decode("utf-8", "backslashreplace")


def _listed(base: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """The JSON files in a folder by name, and why what folders could not be looked into.

    Names begin with that of the folder itself: it may be the `data` folder that makes an archive.
    """
    unlisted: dict[str, str] = {}

    def tell(error: OSError) -> None:
        why = f"the folder cannot be read: {_why(error)}; make it readable and try again"
        unlisted[_name(Path(error.filename), base)] = why

    files: dict[str, Path] = {}
    for folder, subfolders, names in os.walk(base, onerror=tell):
        paths = [Path(folder, file) for file in names if file.endswith(".json")]
        files.update((_name(path, base), path) for path in paths)
        links = filter(Path.is_symlink, (Path(folder, subfolder) for subfolder in subfolders))
        unlisted.update(
            (_name(link, base), f"{_LINKED}; put the folder itself there") for link in links
        )
    return files, unlisted


def _layout(files: Iterable[str], unlisted: dict[str, str]) -> Layout:
    """The layout, if no folder that its pages lie in was left out of the files."""
    try:
        layout = find_layout(files)
    except ArchiveRefused as refused:
        # The pages may lie in what could not be read; links lead anywhere, so they tell nothing.
        unread = [name for name, why in sorted(unlisted.items()) if not why.startswith(_LINKED)]
        if refused.code is Code.NO_DOCC_DATA and unread:
            raise EntryUnreadable(unlisted[unread[0]], unread[0]) from refused
        raise
    for name, why in sorted(unlisted.items()):
        if f"{name}/".startswith(f"{layout.root}data/"):
            raise EntryUnreadable(why, name.removeprefix(layout.root))
    return layout


def _size(file: Path) -> int:
    """The bytes of a regular file; 0 for what is none or cannot be asked: reading it tells why."""
    try:
        status = file.lstat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _why(error: OSError) -> str:
    """What the system says, without the path that it says it of."""
    return error.strerror or type(error).__name__
