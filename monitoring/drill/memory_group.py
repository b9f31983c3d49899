"""A control group with a memory limit, version 2 or 1, which only root can make."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from monitoring.drill.waiting import retried

_ROOT: Final = Path("/sys/fs/cgroup")
_LEAVE_SECONDS: Final = 10.0
"""The service's children end when they notice that it has."""


@contextmanager
def memory_group(limit_bytes: int, name: str) -> Iterator[Path]:
    """A new group's folder; its processes have to end by the end of the block.

    Raises OSError where the system lets us make none.
    """
    unified = (_ROOT / "cgroup.controllers").exists()
    group = (_ROOT if unified else _ROOT / "memory") / name
    group.mkdir()
    try:
        limit = group / ("memory.max" if unified else "memory.limit_in_bytes")
        limit.write_text(str(limit_bytes))
        yield group
    finally:
        retried(group.rmdir, OSError, seconds=_LEAVE_SECONDS)


def used(group: Path) -> int:
    """Bytes that are charged to the group."""
    names = ("memory.current", "memory.usage_in_bytes")
    return next(int((group / one).read_text()) for one in names if (group / one).exists())


def enter(group: Path) -> None:
    """Put this process into the group."""
    (group / "cgroup.procs").write_text(str(os.getpid()))
