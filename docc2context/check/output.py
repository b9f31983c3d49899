"""Reads back what was written, page by page: a folder, a zip, or one document."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from docc2context.archive.limits import DEFAULT_LIMITS
from docc2context.bundle.destinations import is_stream
from docc2context.bundle.document_opening import OPENING, opens_document
from docc2context.bundle.manifest import MANIFEST
from docc2context.bundle.zip_reading import UNREADABLE_ZIP, read_entry
from docc2context.check.document_reader import DocumentReader
from docc2context.check.variants import Language
from docc2context.errors import BundleUnusable, Code
from docc2context.wording import quoted

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
    language: Language = "all"


class _Pages(Protocol):
    """The pages of a bundle or a document."""

    language: Language
    skipped: set[str]

    def page(self, source: str) -> str:
        """The Markdown of a page; empty if there is none. Raises one of UNREADABLE_ZIP."""


class Output:
    """What was written for an archive, in whichever form.

    `language` is the one that was asked for, `skipped` are the sources of the pages that could not
    be read.
    """

    def __init__(self, pages: _Pages, called: str) -> None:
        self._pages = pages
        self._called = called
        self.language: Language = pages.language
        self.skipped = pages.skipped

    def page(self, source: str) -> str:
        """The Markdown of a page; empty if there is none. Raises BundleUnusable."""
        try:
            return self._pages.page(source)
        except UNREADABLE_ZIP as error:
            raise BundleUnusable(
                Code.BUNDLE_UNUSABLE,
                f"page {quoted(source)} of {self._called} cannot be read: {_why(error)}",
                remedy="restore it, or convert the archive again",
            ) from error


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return "it is damaged or encrypted"


_ReadFile = Callable[[str], bytes]
"""Gives the bytes of a file by its path in the bundle.

Raises KeyError if there is none, else one of UNREADABLE_ZIP.
"""


class _Bundle:
    """A bundle: which page of the archive became which file, and the text of each.

    Raises msgspec.DecodeError or one of UNREADABLE_ZIP for what has no manifest.
    """

    def __init__(self, read: _ReadFile) -> None:
        self._read = read
        manifest = msgspec.json.decode(read(MANIFEST), type=_Manifest)
        self.language: Language = manifest.language
        self.skipped = {page.source for page in manifest.report.pages_skipped}
        self._paths = {page.source: page.path for page in manifest.pages}

    def page(self, source: str) -> str:
        try:
            return self._read(self._paths[source]).decode()
        except KeyError:
            return ""


@contextmanager
def open_output(path: Path) -> Iterator[Output]:
    """A bundle in a folder or a zip, or a document.

    Raises BundleUnusable if it is none, or if there is nothing at all.
    """
    with ExitStack() as stack:
        yield _opened(path, stack)


def _opened(path: Path, stack: ExitStack) -> Output:
    called = f"the bundle {_name(path)}"
    try:
        if is_stream(path):
            raise _unusable(called, "is a pipe or a device")
        if path.is_dir():
            return Output(_Bundle(_files_in(path)), called)
        if _is_document(path):
            return _document(stack.enter_context(path.open("rb")), f"the document {_name(path)}")
        bundle = stack.enter_context(zipfile.ZipFile(path))
        return Output(_Bundle(_entries_of(bundle)), called)
    except OSError as error:
        raise _unusable(called, f"cannot be read: {error.strerror or error}") from error
    except (*UNREADABLE_ZIP, msgspec.DecodeError) as error:
        raise _unusable(called, f"has no readable {MANIFEST}") from error


def _is_document(path: Path) -> bool:
    with path.open("rb") as file:
        return opens_document(file.read(len(OPENING)))


def _document(file: BinaryIO, called: str) -> Output:
    try:
        document = DocumentReader(file)
    except UnicodeDecodeError as error:
        raise _unusable(called, "is not UTF-8") from error
    except msgspec.DecodeError as error:
        raise _unusable(called, "has front matter that cannot be read") from error
    if document.is_empty:
        raise _unusable(called, "has no pages")
    return Output(document, called)


def _files_in(folder: Path) -> _ReadFile:
    """The files inside the folder, and none outside of it, whatever the manifest says."""
    root = folder.resolve()

    def read(path: str) -> bytes:
        file = (root / path).resolve()
        # Not a pipe, either: opening one may block for ever.
        if not file.is_relative_to(root) or not file.is_file():
            raise KeyError(path)
        with file.open("rb") as opened:
            return opened.read(_MAX_FILE_BYTES)

    return read


def _entries_of(bundle: zipfile.ZipFile) -> _ReadFile:
    return lambda path: read_entry(bundle, path, _MAX_FILE_BYTES)


def _unusable(called: str, why: str) -> BundleUnusable:
    return BundleUnusable(Code.BUNDLE_UNUSABLE, f"{called} {why}")


def _name(path: Path) -> str:
    return quoted(path.name or path.resolve().name)
