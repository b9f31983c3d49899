"""Control groups, version 2 or 1, which only root can make."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from monitoring.drill.waiting import retried

_ROOT: Final = Path("/sys/fs/cgroup")
_LEAVE_SECONDS: Final = 10.0
"""The service's children end when they notice that it has ended."""

_PERIOD_MICROSECONDS: Final = 100_000


@contextmanager
def memory_group(name: str, limit_bytes: int) -> Iterator[Path]:
    """A new group with a memory limit; its processes must have ended by the end of the block.

    Raises OSError where the system does not let us make one.
    """
    unified, parent = _parent("memory")
    limit = "memory.max" if unified else "memory.limit_in_bytes"
    with _made(parent / name, {limit: str(limit_bytes)}) as group:
        yield group


@contextmanager
def cpu_group(name: str, cores: float) -> Iterator[list[Path]]:
    """New groups with a CPU quota, likewise; in version 1, one has the quota and another counts."""
    quota = int(cores * _PERIOD_MICROSECONDS)
    unified, parent = _parent("cpu")
    if unified:
        with _made(parent / name, {"cpu.max": f"{quota} {_PERIOD_MICROSECONDS}"}) as group:
            yield [group]
        return
    limits = {
        "cpu.cfs_period_us": str(_PERIOD_MICROSECONDS),
        "cpu.cfs_quota_us": str(quota),
    }
    with _made(parent / name, limits) as group:
        counting = _parent("cpuacct")[1] / name
        if counting.exists():  # often the two are the same
            yield [group]
            return
        with _made(counting, {}) as second:
            yield [group, second]


def used(group: Path) -> int:
    """Bytes of memory charged to the group."""
    names = ("memory.current", "memory.usage_in_bytes")
    return next(int((group / one).read_text()) for one in names if (group / one).exists())


def entering(group: Path) -> tuple[str, ...]:
    """The command that runs another one, appended to it, in the group."""
    return ("sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', str(group))


def enter(group: Path) -> None:
    """Put this process into the group."""
    (group / "cgroup.procs").write_text(str(os.getpid()))


def _parent(controller: str) -> tuple[bool, Path]:
    """Whether groups are of version 2, and where a controller's groups are."""
    unified = (_ROOT / "cgroup.controllers").exists()
    return unified, _ROOT if unified else _ROOT / controller


@contextmanager
def _made(group: Path, limits: Mapping[str, str]) -> Iterator[Path]:
    group.mkdir()
    try:
        for file, limit in limits.items():
            (group / file).write_text(limit)
        yield group
    finally:
        retried(group.rmdir, OSError, seconds=_LEAVE_SECONDS)
