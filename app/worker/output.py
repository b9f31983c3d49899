"""What an outside converter has written, as a zip of files and folders, nothing else."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from docc2context import ArchiveRefused
from docc2context.archive.names import entry_name
from docc2context.bundle.sinks import ZipSink

_PIECE_BYTES: Final = 1 << 20


class UnusableOutput(Exception):
    """The converter has written something that does not belong in an archive; says what."""


@dataclass(frozen=True)
class ZippedOutput:
    """How much was zipped; `documents` are the Markdown files."""

    documents: int
    output_bytes: int


def zip_output(
    folder: Path, destination: BinaryIO, *, max_bytes: int, max_entries: int
) -> ZippedOutput:
    """Write all files below `folder` to a zip, in the order of their names.

    Raises UnusableOutput for links, devices, unreadable files, names that no archive should hold,
    and more than `max_entries`; OutputTooLarge over `max_bytes` before compression.
    """
    names = sorted(_files(folder, max_entries))
    sink = ZipSink(destination, max_bytes)
    for name in names:
        with _open_own_file(folder / name, name) as file:
            size = os.fstat(file.fileno()).st_size
            sink.write_asset(name, size, _pieces(file, size))
    sink.close()
    documents = sum(name.lower().endswith(".md") for name in names)
    return ZippedOutput(documents, sink.written)


def _files(folder: Path, max_entries: int) -> Iterator[str]:
    """The names of all files, relative to the folder."""
    waiting = [""]
    count = 0
    while waiting:
        above = waiting.pop()
        for entry in _entries(folder / above, above):
            name = f"{above}{entry.name}"
            count += 1
            _refuse_unfit(entry, name)
            if count > max_entries:
                raise UnusableOutput(f"more than {max_entries} files and folders")
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{name}/")
            else:
                yield name


def _entries(folder: Path, name: str) -> list["os.DirEntry[str]"]:
    try:
        if folder.is_symlink():
            raise UnusableOutput("a symbolic link in place of its output folder")
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        if not name and isinstance(error, FileNotFoundError):
            raise UnusableOutput("no output folder") from error
        raise UnusableOutput(
            f"the folder {name!r}, which cannot be read: {error.strerror}"
        ) from error


def _refuse_unfit(entry: "os.DirEntry[str]", name: str) -> None:
    if entry.is_symlink():
        raise UnusableOutput(f"the symbolic link {name!r}")
    if "\\" in name:
        raise UnusableOutput(f"the name {name!r}, whose backslashes some systems read as folders")
    try:
        entry_name(os.fsencode(name), 0)
    except (ArchiveRefused, UnicodeError) as error:
        raise UnusableOutput(f"the name {name!r}, which no archive should hold") from error
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise UnusableOutput(f"the name {name!r}, which is not UTF-8") from error


def _open_own_file(path: Path, name: str) -> BinaryIO:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise UnusableOutput(f"{name!r}, which cannot be read: {error.strerror}") from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(descriptor)
        raise UnusableOutput(f"{name!r}, which is not a regular file with one link")
    return os.fdopen(descriptor, "rb")


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (piece := file.read(min(size, _PIECE_BYTES))):
        size -= len(piece)
        yield piece
