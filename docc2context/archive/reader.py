"""Opens an archive, as a zip or as a folder, and reads its pages one at a time.

A zip is never unpacked to disk: its pages are inflated in memory, each within the bounds that the
archive declares and `Limits` allows.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from docc2context.archive.layout import Layout, find_layout
from docc2context.archive.limits import Limits
from docc2context.errors import ArchiveRefused, Code, LimitExceeded

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNSAFE_NAME = re.compile(r"[\x00-\x1f\x7f]|^/|^[A-Za-z]:|(?:^|/)\.{0,2}(?:/|$)")
_METADATA = "metadata.json"

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,
    OSError,
    ValueError,
)
"""What `zipfile` raises on damaged or odd input; all of it means that the input is at fault."""


class Archive(Protocol):
    """An opened archive: its pages by name, in sorted order, and their bytes on demand."""

    pages: tuple[str, ...]

    def read(self, page: str) -> bytes:
        """The bytes of a page. Raises ArchiveRefused if they are damaged or beyond the limits."""

    def metadata(self) -> bytes | None:
        """The bytes of `metadata.json`; None if there is none."""


@contextmanager
def open_archive(source: Path | str | bytes | BinaryIO, limits: Limits) -> Iterator[Archive]:
    """Open a zip (path, bytes or seekable binary file) or an archive's folder (path).

    Raises ArchiveRefused if it is no readable archive, FileNotFoundError and the like if the path
    leads nowhere.
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


class ZipArchive:
    """A zipped archive."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        _check_start(file)
        self._zip = _open_zip(file)
        infos = self._zip.infolist()
        if len(infos) > limits.max_entries:
            raise LimitExceeded(
                Code.TOO_MANY_ENTRIES,
                f"holds {len(infos)} entries, over the limit of {limits.max_entries}",
                limit=limits.max_entries,
            )
        by_name = {_name(info): info for info in infos if not info.is_dir()}
        layout = find_layout(by_name)
        self.pages = layout.pages
        self._selected = {page: by_name[layout.root + page] for page in layout.pages}
        self._metadata = by_name.get(layout.root + _METADATA)
        _check_duplicates(infos, layout)
        for page, info in self._selected.items():
            _check_entry(page, info)
        _check_sizes(layout.pages, lambda page: self._selected[page].file_size, limits)

    def read(self, page: str) -> bytes:
        return self._read(page, self._selected[page])

    def metadata(self) -> bytes | None:
        info = self._metadata
        return None if info is None or info.file_size > 1_000_000 else self._read(_METADATA, info)

    def _read(self, name: str, info: zipfile.ZipInfo) -> bytes:
        """Inflate at most one byte more than declared: what lies about its size ends there."""
        try:
            with self._zip.open(info) as file:
                data = file.read(info.file_size + 1)
        except _DAMAGE as error:
            raise ArchiveRefused(Code.INVALID_ZIP, f"is damaged: {error}", entry=name) from error
        if len(data) != info.file_size:
            raise ArchiveRefused(
                Code.INVALID_ZIP,
                f"holds {len(data)} bytes where {info.file_size} are declared",
                entry=name,
            )
        return data


class FolderArchive:
    """An archive as a folder on disk; links in it are not followed."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        base = folder.resolve()
        files = {
            path.relative_to(base.parent).as_posix(): path
            for path in base.rglob("*.json")
            if path.is_file() and not path.is_symlink()
        }
        layout = find_layout(files)
        self.pages = layout.pages
        self._files = {page: files[layout.root + page] for page in layout.pages}
        self._metadata = files.get(layout.root + _METADATA)
        _check_sizes(layout.pages, lambda page: self._files[page].stat().st_size, limits)

    def read(self, page: str) -> bytes:
        return self._files[page].read_bytes()

    def metadata(self) -> bytes | None:
        return None if self._metadata is None else self._metadata.read_bytes()


def _check_start(file: BinaryIO) -> None:
    file.seek(0)
    start = file.read(4)
    if not start:
        raise ArchiveRefused(Code.EMPTY_UPLOAD, "the archive is empty: 0 bytes")
    if start not in _ZIP_STARTS:
        raise ArchiveRefused(
            Code.NOT_A_ZIP, "not a zip archive; zip the .doccarchive folder and convert that"
        )


def _open_zip(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except _DAMAGE as error:
        if "multiple disks" in str(error):
            raise ArchiveRefused(Code.MULTI_DISK, "the zip is split over several files") from error
        raise ArchiveRefused(Code.INVALID_ZIP, f"the zip is damaged or cut off: {error}") from error


def _name(info: zipfile.ZipInfo) -> str:
    r"""An entry's name: UTF-8 even where its flag is missing, as Finder writes it; `\` is `/`."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.orig_filename
    name = name.replace("\\", "/").removeprefix("./")
    if _UNSAFE_NAME.search(name.removesuffix("/")):
        raise ArchiveRefused(
            Code.UNSAFE_ENTRY_NAME,
            "an entry's name leads out of the archive or is malformed",
            entry=name,
        )
    return name


def _check_duplicates(infos: list[zipfile.ZipInfo], layout: Layout) -> None:
    pages = {layout.root + page for page in layout.pages}
    seen: set[str] = set()
    for name in map(_name, infos):
        if name in pages and name in seen:
            raise ArchiveRefused(Code.DUPLICATE_ENTRY, "two entries have the same name", entry=name)
        seen.add(name)


def _check_entry(name: str, info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise ArchiveRefused(
            Code.ENCRYPTED, "the zip is encrypted; zip it without a password", entry=name
        )
    if info.compress_type not in _METHODS:
        raise ArchiveRefused(
            Code.UNSUPPORTED_COMPRESSION,
            f"compression method {info.compress_type} is not supported; use deflate",
            entry=name,
        )
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise ArchiveRefused(
            Code.UNSAFE_ENTRY_TYPE, "an entry is a link or device, not a file", entry=name
        )


def _check_sizes(pages: tuple[str, ...], size_of: Callable[[str], int], limits: Limits) -> None:
    """Declared sizes against the limits, before anything is inflated."""
    total = 0
    for page in pages:
        size = size_of(page)
        total += size
        if size > limits.max_page_bytes:
            raise LimitExceeded(
                Code.ARCHIVE_TOO_LARGE,
                f"a page of {size} bytes is over the limit of {limits.max_page_bytes} bytes",
                entry=page,
                limit=limits.max_page_bytes,
            )
    if total > limits.max_archive_bytes:
        raise LimitExceeded(
            Code.ARCHIVE_TOO_LARGE,
            f"its pages have {total} bytes, over the limit of {limits.max_archive_bytes} bytes",
            limit=limits.max_archive_bytes,
        )
