"""Control groups, version 2 or 1, which only root can make."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
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
    limit = "memory.max" if _is_unified() else "memory.limit_in_bytes"
    with _made(_parent("memory") / name, {limit: str(limit_bytes)}) as group:
        yield group


@contextmanager
def cpu_groups(name: str, cores: float) -> Iterator[list[Path]]:
    """New groups with a CPU quota, to be entered together; otherwise as `memory_group`.

    There are two where version 1 has the quota in one hierarchy and counts the time in another.
    """
    with ExitStack() as made:
        limited = made.enter_context(_made(_parent("cpu") / name, _quota(cores)))
        counting = _parent("cpuacct") / name
        if counting.exists():  # it is the same
            yield [limited]
        else:
            yield [limited, made.enter_context(_made(counting, {}))]


def _quota(cores: float) -> dict[str, str]:
    """What to write into which file of a group."""
    quota = str(int(cores * _PERIOD_MICROSECONDS))
    period = str(_PERIOD_MICROSECONDS)
    if _is_unified():
        return {"cpu.max": f"{quota} {period}"}
    return {"cpu.cfs_period_us": period, "cpu.cfs_quota_us": quota}


def used(group: Path) -> int:
    """Bytes of memory charged to the group."""
    names = ("memory.current", "memory.usage_in_bytes")
    return next(int((group / one).read_text()) for one in names if (group / one).exists())


def entering(group: Path) -> tuple[str, ...]:
    """A command that enters the group, and then becomes the command that is appended to it."""
    return ("sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', str(group))


def enter(group: Path) -> None:
    """Put this process into the group."""
    (group / "cgroup.procs").write_text(str(os.getpid()))


def _is_unified() -> bool:
    """Whether the groups are of version 2, which has all controllers in one hierarchy."""
    return (_ROOT / "cgroup.controllers").exists()


def _parent(controller: str) -> Path:
    """Where the groups of a controller are."""
    return _ROOT if _is_unified() else _ROOT / controller


@contextmanager
def _made(group: Path, limits: Mapping[str, str]) -> Iterator[Path]:
    """Make a group, and write each limit into its file; remove the group at the end."""
    group.mkdir()
    try:
        for file, limit in limits.items():
            (group / file).write_text(limit)
        yield group
    finally:
        retried(group.rmdir, OSError, seconds=_LEAVE_SECONDS)
