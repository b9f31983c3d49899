"""What the kernel reports about this process's control groups, version 2 or 1 (cgroups(7)).

A group is used only if it is not the root of the machine's hierarchy, whose figures cover
everything that runs on the machine. Where a kernel lacks a file, its figures are left out.

Groups are lists of folders, the process's own first and then those around it: what is used is read
from its own, a limit from all, of which the least applies.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

N = TypeVar("N", int, float)

_UNLIMITED_V1: Final = 2**62
"""For no limit, version 1 writes the largest multiple of the page size that fits 63 bits."""

_NANOSECONDS: Final = 1e9
_MICROSECONDS: Final = 1e6


class Memory(NamedTuple):
    """Bytes, and processes killed for lack of them; `limit` is None where there is none."""

    working_set: int
    limit: int | None
    oom_kills: int | None


class Cpu(NamedTuple):
    """Seconds used, CPUs that may be used at once, and periods of that quota."""

    usage: float
    limit: float | None
    periods: int | None
    throttled: int | None


@dataclass(frozen=True)
class _Mount:
    type: str
    options: frozenset[str]
    root: str
    point: Path


class CGroups:
    """The groups of this process, whose files are under `root`: `/` except in tests."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths = dict(_groups(root / "proc/self/cgroup"))
        self._mounts = list(_mounts(root / "proc/self/mountinfo"))

    def memory(self) -> Memory | None:
        """The figures of version 2, otherwise of version 1; None without a group for memory."""
        return _memory_v2(self._unified()) or _memory_v1(self._of_controller("memory"))

    def cpu(self) -> Cpu | None:
        """The figures of version 1, otherwise of version 2; None without a group for CPU.

        On a machine with both, version 2 also counts the time, but knows no quota.
        """
        accounted, limited = self._of_controller("cpuacct"), self._of_controller("cpu")
        return _cpu_v1(accounted, limited) or _cpu_v2(self._unified())

    def _unified(self) -> list[Path]:
        """The groups of version 2, which has all controllers in one hierarchy."""
        mount = next((one for one in self._mounts if one.type == "cgroup2"), None)
        groups = self._lineage(mount, self._paths.get("", "/"))
        return [group for group in groups if (group / "cgroup.type").exists()]

    def _of_controller(self, name: str) -> list[Path]:
        """The groups of a controller in its own hierarchy of version 1."""
        mounts = (one for one in self._mounts if one.type == "cgroup" and name in one.options)
        groups = self._lineage(next(mounts, None), self._paths.get(name, "/"))
        return [group for group in groups if not (group / "release_agent").exists()]

    def _lineage(self, mount: _Mount | None, path: str) -> list[Path]:
        """The process's own group and those around it, as far as they are mounted."""
        if mount is None:
            return []
        top = self._root / mount.point.relative_to("/")
        own = top / _below(mount.root, path)
        if not own.is_dir():
            own = top  # a container without a cgroup namespace sees only its own, mounted here
        return [own, *(one for one in own.parents if one.is_relative_to(top))]


def _memory_v2(groups: Sequence[Path]) -> Memory | None:
    used = _number(groups[0] / "memory.current") if groups else None
    if used is None:
        return None
    inactive = _table(groups[0] / "memory.stat").get("inactive_file", 0)
    limit = _least(_number(group / "memory.max") for group in groups)
    kills = _table(groups[0] / "memory.events").get("oom_kill")
    return Memory(max(0, used - inactive), limit, kills)


def _memory_v1(groups: Sequence[Path]) -> Memory | None:
    used = _number(groups[0] / "memory.usage_in_bytes") if groups else None
    if used is None:
        return None
    stat = _table(groups[0] / "memory.stat")
    limit = stat.get("hierarchical_memory_limit", _UNLIMITED_V1)
    kills = _table(groups[0] / "memory.oom_control").get("oom_kill")
    working_set = max(0, used - stat.get("total_inactive_file", 0))
    return Memory(working_set, limit if limit < _UNLIMITED_V1 else None, kills)


def _cpu_v2(groups: Sequence[Path]) -> Cpu | None:
    stat = _table(groups[0] / "cpu.stat") if groups else {}
    if "usage_usec" not in stat:
        return None
    limit = _least(_quota_v2(group) for group in groups)
    usage = stat["usage_usec"] / _MICROSECONDS
    return Cpu(usage, limit, stat.get("nr_periods"), stat.get("nr_throttled"))


def _cpu_v1(accounted: Sequence[Path], limited: Sequence[Path]) -> Cpu | None:
    """Version 1 has a controller that counts the time, and another that has the quota."""
    used = _number(accounted[0] / "cpuacct.usage") if accounted else None
    if used is None:
        return None
    stat = _table(limited[0] / "cpu.stat") if limited else {}
    limit = _least(_quota_v1(group) for group in limited)
    return Cpu(used / _NANOSECONDS, limit, stat.get("nr_periods"), stat.get("nr_throttled"))


def _below(mount_root: str, path: str) -> str:
    """A group's path relative to the group that is mounted."""
    parts, root = Path(path).parts, Path(mount_root).parts
    return "/".join(parts[len(root) :]) if parts[: len(root)] == root else ""


def _groups(file: Path) -> Iterator[tuple[str, str]]:
    """Controllers and the paths of their groups; version 2's group has an empty controller."""
    for line in _lines(file):
        _, controllers, path = line.split(":", 2)
        yield from ((controller, path) for controller in controllers.split(","))


def _mounts(file: Path) -> Iterator[_Mount]:
    """The mounted hierarchies, from /proc/self/mountinfo, proc_pid_mountinfo(5)."""
    for line in _lines(file):
        before, _, after = line.partition(" - ")
        type_, _, options = after.split(" ", 2)
        if type_.startswith("cgroup"):
            root, point = before.split(" ")[3:5]
            yield _Mount(type_, frozenset(options.split(",")), root, Path(point))


def _quota_v2(group: Path) -> float | None:
    quota, _, period = "".join(_lines(group / "cpu.max")).partition(" ")
    return int(quota) / int(period) if quota.isdecimal() else None


def _quota_v1(group: Path) -> float | None:
    quota, period = _number(group / "cpu.cfs_quota_us"), _number(group / "cpu.cfs_period_us")
    return quota / period if quota is not None and period else None


def _least(values: Iterable[N | None]) -> N | None:
    return min((one for one in values if one is not None), default=None)


def _number(file: Path) -> int | None:
    """The number in a file; None if the file is missing or holds `max` or -1."""
    text = "".join(_lines(file)).strip()
    return int(text) if text.isdecimal() else None


def _table(file: Path) -> dict[str, int]:
    """Numbers by name, one per line."""
    rows = (line.partition(" ") for line in _lines(file))
    return {name: int(value) for name, _, value in rows}


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except FileNotFoundError:
        return []
