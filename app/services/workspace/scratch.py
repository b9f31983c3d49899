"""Folders in WORKSPACE_DIR for programs that need paths: owned while they live, swept otherwise.

An outside converter reads and writes files with names. Its folder is locked, flock(2), by the
service that made it, and the kernel lets go of the lock however that service ends: what nobody
holds is a leftover, also where several services share a workspace.
"""

import fcntl
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

from app.core.threads import in_thread
from app.services.workspace.faults import faults_reported

PREFIX: Final = "swift-conv-"
"""The name that the requirement's playbooks and scripts look for."""

_LOGGED_BYTES: Final = 1000
"""Of what rm(1) says: it has a line for each file that it cannot remove."""

_PIPE_BYTES: Final = 1 << 16

log = structlog.get_logger()


@asynccontextmanager
async def scratch_folder(workspace: Path) -> AsyncIterator[Path]:
    """A new folder that only this user can enter; gone, with all in it, when the block is left.

    Raises ServiceError `insufficient_storage`, or `busy` if the process may open no more files.
    """
    # Not in a thread: a task that is cancelled while it waits for one never learns what was made.
    folder, lock = _make(workspace)
    try:
        try:
            yield folder
        finally:
            await in_thread(_remove, folder)
    finally:
        os.close(lock)


def leftovers(workspace: Path) -> list[Path]:
    """The folders that no living service holds, by name."""
    return [folder for folder in _named_like_ours(workspace) if _is_leftover(folder)]


def sweep(workspace: Path) -> tuple[int, list[Path]]:
    """Remove the leftovers; return how many are gone, and which would not go."""
    gone = 0
    stubborn: list[Path] = []
    for folder in _named_like_ours(workspace):
        # Held until it is gone: it may be one that a service has just made and is about to lock.
        with _lock_unless_held(folder) as is_leftover:
            if is_leftover and _remove(folder):
                gone += 1
            elif is_leftover:
                stubborn.append(folder)
    return gone, stubborn


def _named_like_ours(workspace: Path) -> list[Path]:
    return sorted(workspace.glob(f"{PREFIX}*"))


def _make(workspace: Path) -> tuple[Path, int]:
    while True:
        with faults_reported():
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=workspace))
            lock = _lock_new(folder)
        if lock is not None:
            return folder, lock


def _lock_new(folder: Path) -> int | None:
    """A descriptor that locks a new folder; None if another service's sweep has taken it before.

    The folder is gone if it cannot be locked, whatever is raised.
    """
    with ExitStack() as undone:
        undone.callback(_remove_empty, folder)
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            return None
        undone.callback(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            return None
        undone.pop_all()
        return lock


def _remove_empty(folder: Path) -> None:
    with suppress(FileNotFoundError):
        folder.rmdir()


def _is_leftover(folder: Path) -> bool:
    with _lock_unless_held(folder) as is_leftover:
        return is_leftover


@contextmanager
def _lock_unless_held(folder: Path) -> Iterator[bool]:
    """Lock a folder for the block, unless a service holds it; yield whether it is locked.

    False too if it has gone, or is no folder of ours to open.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        yield False
        return
    try:
        yield _try_lock(descriptor)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(folder: Path) -> bool:
    """Remove a folder, however deep and whatever its modes; return whether it is gone.

    By rm(1): `shutil.rmtree` gives up at a depth that a hostile converter reaches easily.
    """
    remove = ("rm", "-rf", "--one-file-system", "--", str(folder))
    open_up = ("chmod", "-R", "u+rwx", "--", str(folder))
    said = b""
    for command in (remove, open_up, remove):
        said = _complaints(command)
        if not folder.exists():
            return True
    reason = said.decode(errors="replace").strip()
    log.error("workspace_not_removed", folder=folder.name, reason=reason)
    return False


def _complaints(command: Sequence[str]) -> bytes:
    """Run a command to its end; return how what it says on standard error begins."""
    with subprocess.Popen(command, stderr=subprocess.PIPE) as program:  # noqa: S603  # no shell
        assert program.stderr is not None  # noqa: S101  # it is a pipe
        said = program.stderr.read(_LOGGED_BYTES)
        while program.stderr.read(_PIPE_BYTES):
            pass  # a full pipe would hold the command up
    return said
