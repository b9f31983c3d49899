"""Files in WORKSPACE_DIR: without a name, so that nothing is left when their descriptor closes."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from io import FileIO
from pathlib import Path

from app.core.threads import in_thread
from app.services.workspace.faults import faults_reported, shortage_reported


@asynccontextmanager
async def unnamed_file(directory: Path) -> AsyncIterator[FileIO]:
    """A new empty file for reading and writing, unbuffered, that no path leads to.

    `tempfile` makes it by O_TMPFILE, or by creating and unlinking where a filesystem lacks that; in
    a thread, as the disk may hang.

    Raises ServiceError `insufficient_storage`, here or while the file is written, and `busy` if
    the process may open no more files.
    """
    with shortage_reported(), ExitStack() as stack:
        yield await in_thread(_open, directory, stack)


def _open(directory: Path, stack: ExitStack) -> FileIO:
    """Hand the file to the stack in this thread: a caller that is cancelled would not take it."""
    with faults_reported():
        return stack.enter_context(tempfile.TemporaryFile(dir=directory, buffering=0))


def write_all(file: FileIO, data: bytes | memoryview) -> None:
    """Write everything: a nearly full disk takes a part first and refuses only the next call."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def fault_of(directory: Path) -> str | None:
    """Why no upload could be stored now, in the system's words; None if one could."""
    try:
        with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
            write_all(file, b"\0")
    except OSError as error:
        return error.strerror or type(error).__name__
    return None
