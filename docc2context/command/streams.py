"""Standard input, output and error: each may be closed, full, or no longer read."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO


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
