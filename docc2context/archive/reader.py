"""Opens an archive, as a zip or as a folder; its pages are then read one at a time."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from docc2context.archive.folder_archive import FolderArchive
from docc2context.archive.limits import Limits
from docc2context.archive.zip_archive import ZipArchive


class Archive(Protocol):
    """An opened archive: its pages by name, in sorted order, and their bytes on demand."""

    pages: tuple[str, ...]

    assets: tuple[str, ...]
    """The files beside the pages, if it was opened for them; sorted, relative to the root."""

    def read(self, page: str) -> bytes:
        """The bytes of a page.

        Raises ArchiveRefused if they are damaged or beyond the limits, EntryUnreadable if the
        system does not let us read this one page of a folder.
        """

    def metadata(self) -> bytes | None:
        """The bytes of `metadata.json`; None if there is none, or none of a sensible size.

        Raises as `read` does.
        """

    def check_assets(self, names: Iterable[str]) -> None:
        """Raises LimitExceeded if these are too large, together with the pages; reads nothing."""

    def asset_size(self, name: str) -> int:
        """The size that the asset declares, in bytes."""

    def read_asset(self, name: str) -> Iterator[bytes]:
        """The bytes of an asset, as many as it declares, in pieces of at most 1 MiB.

        Raises ArchiveRefused if they are damaged, perhaps only at the last piece, EntryUnreadable
        if the system does not let us read them from a folder.
        """


@contextmanager
def open_archive(
    source: Path | str | bytes | BinaryIO, limits: Limits, *, assets: bool = False
) -> Iterator[Archive]:
    """Open a zip (path, bytes or seekable binary file) or an archive's folder (path).

    What is needed to find the files beside the pages is kept only if `assets` are asked for.
    Raises ArchiveRefused if it is not a readable archive, FileNotFoundError and the like if the
    path leads nowhere, EntryUnreadable if a folder of pages cannot be listed.
    """
    if isinstance(source, bytes):
        yield ZipArchive(io.BytesIO(source), limits, assets=assets)
    elif not isinstance(source, str | Path):
        yield ZipArchive(source, limits, assets=assets)
    elif Path(source).is_dir():
        yield FolderArchive(Path(source), limits, assets=assets)
    else:
        with Path(source).open("rb") as file:
            yield ZipArchive(file, limits, assets=assets)
