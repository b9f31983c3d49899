"""Files in WORKSPACE_DIR: without a name, so that nothing is left when their descriptor closes."""

import errno
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from io import FileIO
from pathlib import Path
from typing import Final

import structlog

from app.core.errors import ErrorCode, ServiceError
from app.core.full_disk import is_full_disk
from app.core.threads import in_thread

_TOO_MANY: Final = {errno.EMFILE, errno.ENFILE}
_UNUSABLE: Final = {
    errno.EACCES,
    errno.EIO,
    errno.ENODEV,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ENXIO,
    errno.EPERM,
    errno.EROFS,
    errno.ESTALE,
}
"""What the system says of a workspace that is gone, read-only, another user's or on a bad disk."""

_RETRY_AFTER_SECONDS: Final = 30
"""Conversions that run now free their room within about that time."""

log = structlog.get_logger()


@asynccontextmanager
async def unnamed_file(directory: Path) -> AsyncIterator[FileIO]:
    """A new empty file for reading and writing, unbuffered, that no path leads to.

    `tempfile` makes it by O_TMPFILE, or by creating and unlinking where a filesystem lacks that; in
    a thread, as the disk may hang.

    Raises ServiceError `insufficient_storage`, here or while the file is written, and `busy` if
    the process may open no more files.
    """
    with _shortage_reported(), ExitStack() as stack:
        yield await in_thread(_opened, directory, stack)


def _opened(directory: Path, stack: ExitStack) -> FileIO:
    """Handed over to the stack here: a caller that is cancelled would not take it."""
    with faults_reported():
        return stack.enter_context(tempfile.TemporaryFile(dir=directory, buffering=0))


@contextmanager
def faults_reported() -> Iterator[None]:
    """Turns what the system says against storing something into a `ServiceError`.

    Around nothing else: there, the same would be a mistake of ours.
    """
    with _shortage_reported():
        try:
            yield
        except OSError as error:
            if error.errno not in _UNUSABLE:
                raise
            log.error("workspace_unusable", reason=error.strerror)  # noqa: TRY400  # no mistake
            raise _cannot_store(
                "The service cannot store uploads at present; its log says why."
            ) from error


@contextmanager
def _shortage_reported() -> Iterator[None]:
    """Turns a full disk or quota, or too many open files, into a `ServiceError`."""
    try:
        yield
    except OSError as error:
        if is_full_disk(error):
            raise no_space_left() from error
        if error.errno in _TOO_MANY:
            log.error("too_many_open_files", reason=error.strerror)  # noqa: TRY400  # no mistake
            raise _out_of_descriptors() from error
        raise


def no_space_left() -> ServiceError:
    """The error for a full workspace."""
    return _cannot_store("The service has no space left for the upload or its result.")


def _cannot_store(detail: str) -> ServiceError:
    return ServiceError(ErrorCode.INSUFFICIENT_STORAGE, detail, retry_after=_RETRY_AFTER_SECONDS)


def _out_of_descriptors() -> ServiceError:
    return ServiceError(
        ErrorCode.BUSY,
        "The service has reached its limit of open files and connections.",
        retry_after=_RETRY_AFTER_SECONDS,
    )


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
