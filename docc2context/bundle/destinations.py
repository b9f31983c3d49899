"""Destinations: written under a temporary name, and put in place whole or not at all."""

import errno
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from docc2context.errors import Code, DestinationError
from docc2context.wording import quoted

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_WORK_PREFIX = ".docc2context-unfinished."
"""How temporary names begin: not with the destination's own name, which may be long already.

It says what they are, because a process that is killed by SIGKILL leaves them behind.
"""


@contextmanager
def whole_or_empty(file: BinaryIO) -> Iterator[None]:
    """Leave an empty file on failure, as half a bundle could be taken for a whole one."""
    try:
        yield
    except BaseException:
        with suppress(OSError):  # as when the disk is full
            file.seek(0)
            file.truncate()
        raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise what the system refuses as a DestinationError that names `path`.

    Only for calls of our own: around a `yield`, it would blame the destination for others' errors.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise unusable(path, f"cannot be written: {reason}") from error


class _OutputFile(io.FileIO):
    """A file that raises DestinationError, so that a failed write cannot pass for a failed read."""

    def __init__(self, file: Path | int, path: Path) -> None:
        self._path = path
        with writing(path):
            super().__init__(file, "wb")

    def write(self, data: "ReadableBuffer", /) -> int:
        with writing(self._path):
            return super().write(data)

    def close(self) -> None:
        with writing(self._path):
            super().close()


def output_file(file: Path | int, path: Path) -> BinaryIO:
    """Open a file, by name or descriptor, for writing; its errors are DestinationErrors."""
    return io.BufferedWriter(_OutputFile(file, path))


def undo(step: Callable[[], None]) -> None:
    """Take back what is half done, from the start once more if a signal interrupts that.

    Once is enough: the program heeds only the first. What the system refuses is tried once more,
    too: a folder may get a file, such as an indexer's, just as it is being deleted.
    """
    try:
        step()
    except OSError:
        step()
    except BaseException:
        step()
        raise


@contextmanager
def new_file(target: Path, path: Path) -> Iterator[BinaryIO]:
    """A file that gets its name, and replaces what has that name, only when it is complete.

    `path` is the name that the caller gave. Raises DestinationError.
    """
    with writing(path):
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=_WORK_PREFIX)
    work = Path(name)
    try:
        with output_file(descriptor, path) as file:
            yield file
        with writing(path):
            work.chmod(_default_mode())
            work.replace(target)
    except BaseException:
        with writing(path):
            undo(lambda: work.unlink(missing_ok=True))
        raise


@contextmanager
def work_folder(parent: Path, path: Path) -> Iterator[Path]:
    """A folder with a temporary name, deleted at the end, when what `path` names is complete.

    Raises DestinationError.
    """
    with writing(path):
        work = tempfile.TemporaryDirectory(dir=parent, prefix=_WORK_PREFIX)
    try:
        yield Path(work.name)
    except BaseException:
        with writing(path):
            undo(work.cleanup)
        raise
    try:
        undo(work.cleanup)
    except OSError as error:
        name = quoted(Path(work.name).name)
        why = f"{name}, in or beside it, cannot be deleted: {error.strerror or error}"
        raise unusable(path, f"is complete, but {why}", "delete that folder yourself") from error


def make_folder_for(path: Path) -> None:
    """Make the folders above a path. Raises OSError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:  # a file where one of the folders above should be
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from error


def is_stream(path: Path) -> bool:
    """Whether a path leads to a pipe or a device; opening one may block for ever."""
    return path.exists() and not path.is_file() and not path.is_dir()


def followed(path: Path) -> Path:
    """The path to write: what a link leads to, as the link itself stays.

    Raises DestinationError for a pipe or a device.
    """
    if is_stream(path) or _is_descriptor(path):
        raise unusable(path, "is a pipe or a device", code=Code.DESTINATION_IS_STREAM)
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _is_descriptor(path: Path) -> bool:
    """Whether it is `/dev/stdout` or the like, whatever that leads to at present."""
    link = path.parent / path.readlink() if path.is_symlink() else path
    descriptors = os.path.realpath("/dev/fd")
    return any(os.path.realpath(place.parent) == descriptors for place in (path, link))


def unusable(
    path: Path, why: str, remedy: str | None = None, *, code: Code = Code.DESTINATION_UNUSABLE
) -> DestinationError:
    """The refusal of a destination, which names it without the folders above it."""
    return DestinationError(code, f"{quoted(_name(path))} {why}", remedy=remedy)


def occupied(path: Path, what: str) -> DestinationError:
    """The refusal to replace, unasked, what is ours, such as `a bundle`."""
    return unusable(path, f"already exists and is {what}", code=Code.DESTINATION_EXISTS)


def _name(path: Path) -> str:
    """The last part of a path; of `.` and `..` the name of the folder that they stand for."""
    if path.name not in {"", ".."}:
        return path.name
    return path.resolve().name or path.resolve().anchor


def _default_mode() -> int:
    """The mode that `open` would have given; temporary files are readable by their owner only."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
