"""Opens an archive, as a zip or as a folder; its pages are then read one at a time."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from docc2context.archive.folder_archive import FolderArchive
from docc2context.archive.limits import Limits
from docc2context.archive.zip_archive import ZipArchive


class Archive(Protocol):
    """An opened archive: its pages by name, in sorted order, and their bytes on demand."""

    pages: tuple[str, ...]

    def read(self, page: str) -> bytes:
        """The bytes of a page.

        Raises ArchiveRefused if they are damaged or beyond the limits, EntryUnreadable if the
        system does not let us read this one page of a folder.
        """

    def metadata(self) -> bytes | None:
        """The bytes of `metadata.json`; None if there is none, or none of a sensible size."""


@contextmanager
def open_archive(source: Path | str | bytes | BinaryIO, limits: Limits) -> Iterator[Archive]:
    """Open a zip (path, bytes or seekable binary file) or an archive's folder (path).

    Raises ArchiveRefused if it is no readable archive, FileNotFoundError and the like if the path
    leads nowhere, EntryUnreadable if a folder of pages cannot be listed.
    """
    if isinstance(source, bytes):
        yield ZipArchive(io.BytesIO(source), limits)
    elif not isinstance(source, str | Path):
        yield ZipArchive(source, limits)
    elif Path(source).is_dir():
        yield FolderArchive(Path(source), limits)
    else:
        with Path(source).open("rb") as file:
            yield ZipArchive(file, limits)
