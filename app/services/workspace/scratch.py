"""Folders in WORKSPACE_DIR for programs that need paths: owned while they live, swept otherwise.

An outside converter reads and writes files with names. Its folder is locked, flock(2), by the
service that made it, and the kernel lets go of the lock however that service ends: what nobody
holds is a leftover, also where several services share a workspace.
"""

import fcntl
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import structlog

from app.core.threads import in_thread
from app.services.workspace import shortage_reported

PREFIX: Final = "swift-conv-"
"""The name that the requirement's playbooks and scripts look for."""

log = structlog.get_logger()


@asynccontextmanager
async def scratch_folder(workspace: Path) -> AsyncIterator[Path]:
    """A new folder that only this user can enter; gone, with all in it, when the block is left.

    Raises ServiceError `insufficient_storage`.
    """
    # Not in a thread: who is cancelled while he waits for one never learns what it has made.
    folder, lock = _made(workspace)
    try:
        try:
            yield folder
        finally:
            await in_thread(_removed, folder)
    finally:
        os.close(lock)


def leftovers(workspace: Path) -> list[Path]:
    """The folders that no living service holds, by name."""
    return [folder for folder in _folders(workspace) if _is_leftover(folder)]


def sweep(workspace: Path) -> tuple[int, list[Path]]:
    """Remove the leftovers; how many are gone, and which would not go."""
    found = leftovers(workspace)
    stubborn = [folder for folder in found if not _removed(folder)]
    return len(found) - len(stubborn), stubborn


def _folders(workspace: Path) -> list[Path]:
    return sorted(path for path in workspace.glob(f"{PREFIX}*") if path.is_dir())


def _made(workspace: Path) -> tuple[Path, int]:
    while True:
        with shortage_reported():
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=workspace))
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Another service's sweep may have taken it before it was locked.
        if folder.exists():
            return folder, lock
        os.close(lock)


def _is_leftover(folder: Path) -> bool:
    with _opened(folder) as descriptor:
        if descriptor is None:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def _opened(folder: Path) -> Iterator[int | None]:
    """Its descriptor; None if it has gone, or is no folder of ours to open."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _removed(folder: Path) -> bool:
    """Remove a folder, however deep and whatever its modes; whether it is gone.

    By rm(1): `shutil.rmtree` gives up at a depth that a hostile converter reaches easily.
    """
    for preparation in ((), ("chmod", "-R", "u+rwx", "--", str(folder))):
        if preparation:
            subprocess.run(preparation, stderr=subprocess.DEVNULL, check=False)  # noqa: S603
        subprocess.run(  # noqa: S603
            ("rm", "-rf", "--one-file-system", "--", str(folder)),  # noqa: S607
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if not folder.exists():
            return True
    log.error("workspace_not_removed", folder=folder.name)
    return False
