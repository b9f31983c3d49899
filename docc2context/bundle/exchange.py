"""Exchanges what a folder holds: all or nothing, and what it held is never lost."""

import errno
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from docc2context.bundle.destinations import undo, unusable
from docc2context.bundle.manifest import MANIFEST
from docc2context.errors import DestinationError
from docc2context.wording import quoted

_Moves = Sequence[tuple[Path, Path]]
"""From where to where, in order."""


@contextmanager
def place_for_replaced(folder: Path, path: Path) -> Iterator[Path]:
    """A name in a folder for what `exchange` replaces there.

    If something is left there in the end, because it could be neither replaced nor put back, the
    error says so. This goes around everything else, as cleaning up may fail for the same reason
    and say less. `path` is the name that the caller gave the folder. Raises DestinationError.
    """
    replaced = folder / f".docc2context-replaced.{secrets.token_hex(4)}"
    try:
        yield replaced
    except BaseException as error:
        if not _holds_something(replaced):
            raise
        why = error.message if isinstance(error, DestinationError) else "it was interrupted"
        raise unusable(
            path,
            f"is left half replaced: {why}",
            f"what it held is in its folder {quoted(replaced.name)}; move that back into place",
        ) from error


def exchange(earlier: Iterable[Path], made: Path, folder: Path, replaced: Path) -> None:
    """Move the earlier content of a folder to `replaced`, and into the folder what was made for it.

    The old manifest goes first and the new one comes last, so that a folder with one is whole. Once
    all is done, `replaced` is moved beside `made`; if all is undone, it is gone. Raises OSError.
    """
    out = [(path, replaced / path.name) for path in sorted(earlier, key=_is_manifest, reverse=True)]
    into = [(path, folder / path.name) for path in sorted(made.iterdir(), key=_is_manifest)]
    into.append((replaced, made.with_name("replaced")))
    try:
        replaced.mkdir(0o700)
        for old, new in out + into:
            old.rename(new)
    except BaseException:
        undo(lambda: _put_back(out, into, replaced))
        raise


def _put_back(out: _Moves, into: _Moves, replaced: Path) -> None:
    """Undo those of the moves that were made, up to the first that cannot be undone.

    The manifest is put back last, so that it never says that a folder is whole that is not.
    """
    for old, new in reversed(into):
        if os.path.lexists(new) and not os.path.lexists(old):
            new.rename(old)
    for old, new in reversed(out):
        if os.path.lexists(new):
            _put(new, old)
    with suppress(FileNotFoundError):
        replaced.rmdir()


def _put(old: Path, new: Path) -> None:
    """Move something to where nothing is: what has come there meanwhile is somebody else's."""
    if os.path.lexists(new):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    old.rename(new)


def _holds_something(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:  # as when there is no such folder
        return False


def _is_manifest(path: Path) -> bool:
    return path.name == MANIFEST
