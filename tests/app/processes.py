"""Processes, as /proc shows them."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """The process does nothing within the block, and knows nothing of it; it may be killed."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def is_running(pid: int) -> bool:
    """Whether there is such a process, and more of it than its exit code."""
    return bool(command_of(pid))


def children_of(pid: int) -> list[int]:
    """The process ids of its children; none if it has ended."""
    children: list[int] = []
    # A thread may end while the others are looked at: each is looked at by itself.
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                children += map(int, (task / "children").read_text().split())
    return children


def is_locked(pid: int) -> bool:
    """Whether seccomp holds it: of its locks, a child sets that one last."""
    try:
        return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def files_of(pid: int) -> list[str]:
    """What its descriptors lead to."""
    targets = []
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            targets.append(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    return targets


def command_of(pid: int) -> bytes:
    """Its command line; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
