"""Where one document is written: into a file, whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from docc2context.bundle.byte_counter import ByteCounter
from docc2context.bundle.destinations import (
    followed,
    make_folder_for,
    new_file,
    occupied,
    unusable,
    whole_or_empty,
    writing,
)
from docc2context.bundle.document_opening import OPENING, opens_document


class DocumentSink(ByteCounter):
    """A file that takes a document piece by piece."""

    def __init__(self, file: BinaryIO, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self._file = file

    def write(self, text: str) -> None:
        """Append text. Raises OutputTooLarge once all of it together outgrows the limit."""
        data = text.encode()
        self.count(len(data))
        self._file.write(data)


@contextmanager
def open_document(
    destination: Path | str | BinaryIO, max_bytes: int, *, replace: bool
) -> Iterator[DocumentSink]:
    """A sink for an empty seekable binary file, or for a path.

    An existing file is replaced only if `replace` is set and it is a document written by this
    library. Raises DestinationError.
    """
    if not isinstance(destination, str | Path):
        with whole_or_empty(destination):
            yield DocumentSink(destination, max_bytes)
        return
    path = Path(destination)
    with writing(path):
        make_folder_for(path)
        target = followed(path)
        _check_free(path, replace=replace)
    with new_file(target, path) as file:
        yield DocumentSink(file, max_bytes)


def _check_free(path: Path, *, replace: bool) -> None:
    if path.suffix.lower() == ".zip":
        raise unusable(
            path, "has the name of a zip, but a document is Markdown", "end the name in .md"
        )
    if path.is_dir():
        raise unusable(path, "is a folder, but a document is a file", "name a file in it")
    if not path.exists():
        return
    with path.open("rb") as file:
        is_ours = opens_document(file.read(len(OPENING)))
    if not is_ours:
        raise unusable(
            path, "already exists and is not a docc2context document, so it is never replaced"
        )
    if not replace:
        raise occupied(path, "a document")
