"""An archive as a folder on disk."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from docc2context.archive.asset_streams import PIECE_BYTES
from docc2context.archive.layout import find_layout, is_asset
from docc2context.archive.limits import (
    MAX_METADATA_BYTES,
    METADATA,
    Limits,
    check_asset_sizes,
    check_page_sizes,
)
from docc2context.errors import ArchiveRefused, Code


class FolderArchive:
    """An archive as a folder on disk; links in it are not followed."""

    def __init__(self, folder: Path, limits: Limits, *, assets: bool) -> None:
        base = folder.resolve()
        files = _files(base, "*.json")
        layout = find_layout(files)
        self._limits = limits
        self.pages = layout.pages
        self._files = {page: files[layout.root + page] for page in layout.pages}
        self._metadata = files.get(layout.root + METADATA)
        check_page_sizes(_sizes(self._files), limits)
        self._assets = _assets(base, layout.root) if assets else {}
        self.assets = tuple(self._assets)

    def read(self, page: str) -> bytes:
        return self._files[page].read_bytes()

    def metadata(self) -> bytes | None:
        file = self._metadata
        if file is None or file.stat().st_size > MAX_METADATA_BYTES:
            return None
        return file.read_bytes()

    def check_assets(self, names: Iterable[str]) -> None:
        pages = sum(size for _, size in _sizes(self._files))
        check_asset_sizes(pages, sum(map(self.asset_size, names)), self._limits)

    def asset_size(self, name: str) -> int:
        return self._assets[name].stat().st_size

    def read_asset(self, name: str) -> Iterator[bytes]:
        left = self.asset_size(name)
        with self._assets[name].open("rb") as file:
            while left:
                piece = file.read(min(PIECE_BYTES, left))
                if not piece:
                    raise ArchiveRefused(
                        Code.INVALID_ZIP, "a file became shorter while it was read", entry=name
                    )
                left -= len(piece)
                yield piece


def _files(base: Path, pattern: str) -> dict[str, Path]:
    """The files of a folder by their names in the folder that it lies in."""
    return {
        path.relative_to(base.parent).as_posix(): path
        for path in base.rglob(pattern)
        if path.is_file() and not path.is_symlink()
    }


def _assets(base: Path, root: str) -> dict[str, Path]:
    files = sorted(_files(base, "*").items())
    named = ((name[len(root) :], path) for name, path in files if name.startswith(root))
    return {name: path for name, path in named if is_asset(name)}


def _sizes(files: dict[str, Path]) -> Iterator[tuple[str, int]]:
    return ((page, file.stat().st_size) for page, file in files.items())
