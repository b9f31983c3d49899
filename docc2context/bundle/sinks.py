"""Where a bundle is written: into a zip or a folder, whole or not at all."""

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from docc2context.bundle.content import Content, Packing, deflated, plain
from docc2context.bundle.manifest import MANIFEST
from docc2context.bundle.zip_writer import ZipWriter
from docc2context.errors import Code, DestinationError, OutputTooLarge, shown


class Sink(Protocol):
    """Takes the files of a bundle in order."""

    written: int
    """Bytes so far, before compression."""

    @property
    def pack(self) -> Packing:
        """Makes of a file what `write` takes; it needs no sink, so that others can do it."""

    def write(self, path: str, content: Content) -> None:
        """Add a file. Raises OutputTooLarge once all files together outgrow the limit."""


class _Counted:
    def __init__(self, max_bytes: int) -> None:
        self.written = 0
        self._max_bytes = max_bytes

    def count(self, size: int) -> None:
        self.written += size
        if self.written > self._max_bytes:
            raise OutputTooLarge(
                Code.OUTPUT_TOO_LARGE,
                f"the Markdown is over the limit of {self._max_bytes} bytes",
                limit=self._max_bytes,
            )


class ZipSink(_Counted):
    """A zip with fixed dates and modes, its entries in the order written."""

    pack = staticmethod(deflated)

    def __init__(self, file: BinaryIO, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self._file = file
        self._zip = ZipWriter(file)

    def write(self, path: str, content: Content) -> None:
        self.count(content.size)
        self._zip.add(path, content)

    def close(self) -> None:
        """Write the central directory; without it there is no zip."""
        self._zip.close()

    def abandon(self) -> None:
        """Leave an empty file, as half a bundle could be taken for a whole one."""
        with suppress(OSError):  # as when the disk is full
            self._file.seek(0)
            self._file.truncate()


class FolderSink(_Counted):
    """A folder, its sub-folders made as needed."""

    pack = staticmethod(plain)

    def __init__(self, folder: Path, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self._folder = folder
        self._made = {folder}

    def write(self, path: str, content: Content) -> None:
        self.count(content.size)
        target = self._folder / path
        if target.parent not in self._made:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(target.parent)
        target.write_bytes(content.data)


@contextmanager
def open_sink(
    destination: Path | str | BinaryIO, max_bytes: int, *, replace: bool
) -> Iterator[Sink]:
    """A sink for a seekable binary file, for a path that ends in `.zip`, or for a folder.

    What stands at a path is left alone unless `replace`, and then too unless it is a zip or a
    bundle written by this library. A path is filled under a temporary name beside it and takes its
    own only when the bundle is whole. Raises DestinationError.
    """
    if not isinstance(destination, str | Path):
        with _zip_in(destination, max_bytes) as file_sink:
            yield file_sink
        return
    path = Path(destination)
    try:
        _check_free(path, replace=replace)
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            _zip_at(path, max_bytes) if _is_zip(path) else _folder_at(path, max_bytes) as path_sink
        ):
            yield path_sink
    except FileExistsError as error:  # a file where one of the folders above should be
        raise _unusable(path, "cannot be written: Not a directory") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise _unusable(path, f"cannot be written: {reason}") from error


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


@contextmanager
def _zip_in(file: BinaryIO, max_bytes: int) -> Iterator[Sink]:
    sink = ZipSink(file, max_bytes)
    try:
        yield sink
        sink.close()
    except BaseException:
        sink.abandon()
        raise


@contextmanager
def _zip_at(path: Path, max_bytes: int) -> Iterator[Sink]:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    work = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file, _zip_in(file, max_bytes) as sink:
            yield sink
        work.chmod(_default_mode())
        work.replace(path)
    except BaseException:
        work.unlink(missing_ok=True)
        raise


@contextmanager
def _folder_at(path: Path, max_bytes: int) -> Iterator[Sink]:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as work:
        made = Path(work) / "bundle"
        made.mkdir()
        yield FolderSink(made, max_bytes)
        if path.exists():
            path.rename(Path(work) / "replaced")
        made.rename(path)


def _default_mode() -> int:
    """The mode that a plain `open` would have given; temporary files are for their owner alone."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _check_free(path: Path, *, replace: bool) -> None:
    if not path.exists():
        return
    if path.is_dir() and _holds_us(path):
        raise _unusable(
            path, "is the folder that this runs in, or holds it; name a new folder, such as out"
        )
    if path.is_dir() and not _is_zip(path) and not any(path.iterdir()):
        return
    if not _is_bundle(path):
        is_it = "is not empty" if path.is_dir() and not _is_zip(path) else "exists already"
        raise _unusable(
            path,
            f"{is_it}; as it is no bundle of docc2context it is left alone, --force or not; "
            "choose another place",
        )
    if not replace:
        raise _unusable(
            path, "exists already and is a bundle; choose another place or replace it with --force"
        )


def _holds_us(path: Path) -> bool:
    """Whether the working folder is or lies in a folder: both would be gone once it is replaced."""
    try:
        return Path.cwd().is_relative_to(path.resolve())
    except FileNotFoundError:  # someone has removed the working folder
        return False


def _is_bundle(path: Path) -> bool:
    return _is_zipped_bundle(path) if _is_zip(path) else (path / MANIFEST).is_file()


def _is_zipped_bundle(path: Path) -> bool:
    """Whether a zip is ours to replace: the archive that is being converted may stand there."""
    try:
        with zipfile.ZipFile(path) as bundle:
            return MANIFEST in bundle.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _unusable(path: Path, why: str) -> DestinationError:
    return DestinationError(Code.DESTINATION_UNUSABLE, f"{shown(_name(path))} {why}")


def _name(path: Path) -> str:
    """The last part of a path; of `.` and `..` the name of the folder that they stand for."""
    if path.name not in {"", ".."}:
        return path.name
    return path.resolve().name or path.resolve().anchor
