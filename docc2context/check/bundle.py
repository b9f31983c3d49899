"""Reads back what was written, page by page: a folder, a zip, or one document."""

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from docc2context.archive.limits import DEFAULT_LIMITS
from docc2context.bundle.document_opening import OPENING, opens_document
from docc2context.bundle.manifest import MANIFEST
from docc2context.bundle.places import is_stream
from docc2context.check.document import Document
from docc2context.errors import Code, Docc2contextError
from docc2context.wording import shown

_MAX_FILE_BYTES = DEFAULT_LIMITS.max_output_bytes
"""No file of a bundle is larger, as a whole bundle is not."""


class _Page(msgspec.Struct):
    source: str
    path: str


class _Skipped(msgspec.Struct):
    source: str


class _Report(msgspec.Struct):
    pages_skipped: list[_Skipped]


class _Manifest(msgspec.Struct):
    pages: list[_Page]
    report: _Report


class Written(Protocol):
    """What was written for an archive, in whichever form."""

    skipped: set[str]
    """The sources of the pages that could not be read."""

    def page(self, source: str) -> str:
        """The Markdown of a page; empty if there is none."""


class _Files(Protocol):
    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises KeyError or OSError if there is none."""


class Bundle:
    """A bundle: which page of the archive became which file, and the text of each."""

    def __init__(self, files: _Files) -> None:
        self._files = files
        manifest = msgspec.json.decode(files.read(MANIFEST), type=_Manifest)
        self.skipped = {page.source for page in manifest.report.pages_skipped}
        self._paths = {page.source: page.path for page in manifest.pages}

    def page(self, source: str) -> str:
        try:
            return self._files.read(self._paths[source]).decode()
        except (KeyError, FileNotFoundError):
            return ""


@contextmanager
def open_written(path: Path) -> Iterator[Written]:
    """A bundle in a folder or a zip, or a document.

    Raises Docc2contextError if it is none, or if there is nothing at all.
    """
    try:
        with ExitStack() as stack:
            yield _opened(path, stack)
    except (zipfile.BadZipFile, msgspec.DecodeError, KeyError, UnicodeDecodeError) as error:
        raise _no_bundle(path) from error


def _opened(path: Path, stack: ExitStack) -> Written:
    try:
        if is_stream(path):
            raise _unusable(path, "is a pipe or a device")
        if path.is_dir():
            return Bundle(_Folder(path))
        if _is_document(path):
            return Document(stack.enter_context(path.open("rb")))
        return Bundle(_Zip(stack.enter_context(zipfile.ZipFile(path))))
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror or error}") from error


def _is_document(path: Path) -> bool:
    with path.open("rb") as file:
        return opens_document(file.read(len(OPENING)))


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        if not (folder / MANIFEST).is_file():
            raise _no_bundle(folder)

    def read(self, path: str) -> bytes:
        """A file inside the folder, and none outside of it, whatever the manifest says."""
        file = (self._folder / path).resolve()
        if not file.is_relative_to(self._folder):
            raise KeyError(path)
        with file.open("rb") as opened:
            return opened.read(_MAX_FILE_BYTES)


class _Zip:
    def __init__(self, file: zipfile.ZipFile) -> None:
        self._zip = file

    def read(self, path: str) -> bytes:
        with self._zip.open(path) as opened:
            return opened.read(_MAX_FILE_BYTES)


def _no_bundle(path: Path) -> Docc2contextError:
    return _unusable(path, f"has no {MANIFEST} that can be read")


def _unusable(path: Path, why: str) -> Docc2contextError:
    name = shown(path.name or path.resolve().name)
    return Docc2contextError(Code.BUNDLE_UNUSABLE, f"the bundle {name} {why}")
