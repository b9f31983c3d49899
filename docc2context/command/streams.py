"""Standard input, output and error: each may be closed, full, or no longer read.

An archive from standard input, and a document for standard output, lie in the folder for temporary
files meanwhile, which may be full, too.
"""

import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import BinaryIO, TextIO

from docc2context.bundle.destinations import undo
from docc2context.errors import DestinationError

_PIECE_BYTES = 1 << 20


class OutputUnread(BrokenPipeError):
    """Nobody reads standard output any more."""


def say(line: str) -> None:
    """Write a line to standard error. If that fails, the exit code alone has to tell."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(line + "\n")
    except OSError:
        _give_up(sys.stderr)


def standard_input() -> BinaryIO:
    """Standard input, for bytes. Raises OSError if it is closed, or a terminal."""
    if sys.stdin is None:
        raise OSError("standard input is closed")
    if sys.stdin.isatty():
        raise OSError(
            "standard input is a terminal; redirect a zipped archive to it with <, or pipe one "
            "with |"
        )
    return sys.stdin.buffer


@contextmanager
def kept_input() -> Iterator[BinaryIO]:
    """A copy of standard input on disk, as a zip is read from its end. Raises as above."""
    given = standard_input()
    with _keeping():
        # Without a buffer: one that cannot be written would fail once more as it is closed.
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # the next line closes it
    with file:
        for piece in _pieces(given):
            left = memoryview(piece)
            while left:
                with _keeping():
                    left = left[file.write(left) :]
        yield file


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """All that a file has; of one that does not block, also what is still to come."""
    read: Callable[[int], bytes | None] = file.read
    while (piece := read(_PIECE_BYTES)) != b"":
        if piece is None:
            select([file], [], [])
        else:
            yield piece


@contextmanager
def kept_document() -> Iterator[Path]:
    """Where to write a document that is then copied to standard output. Raises OSError."""
    with _keeping():
        folder = tempfile.TemporaryDirectory()
    try:
        yield Path(folder.name) / "document.md"
    except DestinationError as error:
        raise _unkept(error.__cause__) from error
    finally:
        undo(folder.cleanup)


@contextmanager
def _keeping() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unkept(error) from error


def _unkept(error: BaseException | None) -> OSError:
    why = getattr(error, "strerror", None) or error
    what = "the folder for temporary files cannot be written"
    return OSError(f"{what}: {why}; name another in TMPDIR")


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """Standard output, for bytes; they are written when this ends.

    Raises OSError, which is OutputUnread if nobody reads it any more.
    """
    if sys.stdout is None:
        raise OSError("standard output is closed")
    try:
        with _buffered(sys.stdout.buffer) as out:
            yield out
        sys.stdout.flush()
    except OSError as error:
        _give_up(sys.stdout)
        why = f"standard output cannot be written: {error.strerror}"
        kind = OutputUnread if isinstance(error, BrokenPipeError) else OSError
        raise kind(error.errno, why) from error


@contextmanager
def _buffered(file: BinaryIO) -> Iterator[BinaryIO]:
    """A file that writes all it is given; a raw one, under PYTHONUNBUFFERED, may write a part."""
    if not isinstance(file, io.RawIOBase):
        yield file
        return
    buffer = io.BufferedWriter(file)
    try:
        yield buffer
    finally:
        buffer.detach()  # writes what it still holds


def _give_up(stream: TextIO) -> None:
    """Discard what a stream still holds: Python would fail on it again when it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
