"""Puts a bundle in its place, a zip or a folder, whole or not at all."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from docc2context.bundle.destinations import (
    followed,
    make_folder_for,
    new_file,
    occupied,
    unusable,
    whole_or_empty,
    work_folder,
    writing,
)
from docc2context.bundle.exchange import exchange, place_for_replaced
from docc2context.bundle.manifest import MANIFEST, OPENING_BYTES, opens_manifest
from docc2context.bundle.sinks import FolderSink, Sink, ZipSink
from docc2context.bundle.zip_reading import UNREADABLE_ZIP, read_entry


@contextmanager
def open_sink(
    destination: Path | str | BinaryIO, max_bytes: int, *, replace: bool
) -> Iterator[Sink]:
    """A sink for a seekable binary file, for a path that ends in `.zip`, or for a folder.

    An existing file or folder is replaced only if `replace` is set and it is a bundle written by
    this library; an empty folder is filled. Files and folders in it whose names begin with a dot,
    such as `.git`, stay. The bundle is written under a temporary name, beside the path or inside
    the existing folder, and takes its place only when it is complete. Raises DestinationError.
    """
    if not isinstance(destination, str | Path):
        with whole_or_empty(destination), _zip_in(destination, max_bytes) as file_sink:
            yield file_sink
        return
    path = Path(destination)
    with writing(path):
        make_folder_for(path)
        target = followed(path)
        _check_free(path, replace=replace)
    place = _zip_at if _is_zip(path) else _folder_at
    with place(target, path, max_bytes) as sink:
        yield sink


def _shown_in(folder: Path) -> list[Path]:
    """What a folder holds, except hidden files: it may be a work tree that is published."""
    return [path for path in folder.iterdir() if not path.name.startswith(".")]


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


@contextmanager
def _zip_in(file: BinaryIO, max_bytes: int) -> Iterator[Sink]:
    sink = ZipSink(file, max_bytes)
    yield sink
    sink.close()


@contextmanager
def _zip_at(target: Path, path: Path, max_bytes: int) -> Iterator[Sink]:
    with new_file(target, path) as file, _zip_in(file, max_bytes) as sink:
        yield sink


@contextmanager
def _folder_at(target: Path, path: Path, max_bytes: int) -> Iterator[Sink]:
    """An existing folder is kept: it may be a mount point, or lie where we may not write."""
    with writing(path):
        exists = target.is_dir()
        earlier = _shown_in(target) if exists else []
    with (
        place_for_replaced(target, path) as replaced,
        work_folder(target if exists else target.parent, path) as work,
    ):
        made = work / "bundle"
        with writing(path):
            made.mkdir()
        yield FolderSink(made, path, max_bytes)
        with writing(path):
            if exists:
                exchange(earlier, made, target, replaced)
            else:
                made.rename(target)


def _check_free(path: Path, *, replace: bool) -> None:
    if not path.exists():
        return
    if path.is_dir() and not _is_zip(path) and not _shown_in(path):
        return
    if path.is_dir() and _holds_us(path):
        raise unusable(path, "is or contains the current folder", "name a new folder, such as out")
    if not _is_bundle(path):
        state = "is not empty" if path.is_dir() and not _is_zip(path) else "already exists"
        raise unusable(path, f"{state} and is not a docc2context bundle, so it is never replaced")
    if not replace:
        raise occupied(path, "a bundle")


def _holds_us(path: Path) -> bool:
    """Whether a folder is or contains the current one, which replacing it would delete."""
    try:
        return Path.cwd().is_relative_to(path.resolve())
    except FileNotFoundError:  # someone has removed the working folder
        return False


def _is_bundle(path: Path) -> bool:
    """Whether it is ours to replace: many a tool calls a file `manifest.json`."""
    return opens_manifest(_zipped_opening(path) if _is_zip(path) else _opening(path / MANIFEST))


def _opening(manifest: Path) -> bytes:
    if not manifest.is_file():
        return b""
    with manifest.open("rb") as file:
        return file.read(OPENING_BYTES)


def _zipped_opening(path: Path) -> bytes:
    """What the manifest in a zip begins with; empty if there is none that we could have written.

    Raises OSError if it cannot be opened, which says nothing of what it is.
    """
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as bundle:
                return read_entry(bundle, MANIFEST, OPENING_BYTES)
        except UNREADABLE_ZIP:
            return b""
