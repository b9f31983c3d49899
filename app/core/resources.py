"""What the service uses and has left: its container's if it has one, otherwise its processes'."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import psutil
import structlog

from app.core import resource_figures as figures
from app.core.cgroup import CGroups, Cpu, Memory
from app.core.config import usable_cpus
from app.core.resource_figures import ResourceReading

_MIB: Final = 2.0**20
_GIB: Final = 2.0**30

N = TypeVar("N", bound=float)

Samples = dict[str, dict[tuple[str, ...], float]]

Sample = tuple[str, tuple[str, ...], float | None]
"""The name of a figure, its label values, and its value if it has one."""

log = structlog.get_logger()


class Resources:
    """Reads all resource figures; a failure is logged once, until the source works again.

    `orphans` counts the folders in the workspace that nobody uses any more. `root` is where /proc
    and /sys are. `clock` returns the time of day, `elapsed` seconds that are never set back.
    """

    def __init__(
        self,
        workspace: Path,
        *,
        orphans: Callable[[], int],
        root: Path = Path("/"),
        clock: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workspace = workspace
        self._count_orphans = orphans
        self._root = root
        self._clock = clock
        self._elapsed = elapsed
        self._failing: set[str] = set()
        self._cpu_seen = 0.0
        self._cpu_seconds = 0.0
        self._last_cpu: tuple[float, float] | None = None
        self._last_success: float | None = None

    def read(self) -> ResourceReading:
        """All figures that can be read now. Never raises."""
        samples: Samples = {}
        for source in (self._memory, self._cpu, self._disk, self._orphans):
            self._read_source(source, samples)
        if not self._failing:
            self._last_success = self._clock()
        if self._last_success is not None:
            samples[figures.LAST_SUCCESS] = {(): self._last_success}
        return samples

    def _read_source(self, source: Callable[[], Iterator[Sample]], samples: Samples) -> None:
        name = source.__name__.removeprefix("_")
        try:
            for figure, label, value in source():
                if value is not None:
                    samples.setdefault(figure, {})[label] = value
        except Exception as error:  # a fault in one source must not cost the others
            if name not in self._failing:
                log.warning("resource_unreadable", resource=name, error=str(error))
            self._failing.add(name)
        else:
            self._failing.discard(name)

    def _memory(self) -> Iterator[Sample]:
        memory = CGroups(self._root).memory() or _memory_of_processes()
        yield figures.MEMORY_WORKING_SET, (), memory.working_set
        yield figures.MEMORY_LIMIT, (), memory.limit
        yield figures.MEMORY_OOM_KILLS, (), memory.oom_kills
        yield figures.RESOURCE_USAGE, ("memory_mb",), memory.working_set / _MIB

    def _cpu(self) -> Iterator[Sample]:
        cpu = CGroups(self._root).cpu() or _cpu_of_processes()
        limit = min(usable_cpus(), cpu.limit or usable_cpus())
        usage = self._monotonic(cpu.usage)
        yield figures.CPU_USAGE, (), usage
        yield figures.CPU_LIMIT, (), limit
        yield figures.CPU_PERIODS, (), cpu.periods
        yield figures.CPU_THROTTLED, (), cpu.throttled
        yield figures.RESOURCE_USAGE, ("cpu_percent",), self._percent(usage, limit)

    def _monotonic(self, seen: float) -> float:
        """The same CPU seconds as a counter, which never falls.

        The sum over the processes does: one that is killed between readings takes its own with it.
        """
        self._cpu_seconds += max(0.0, seen - self._cpu_seen)
        self._cpu_seen = seen
        return self._cpu_seconds

    def _percent(self, usage: float, limit: float) -> float | None:
        """The usage since the last reading, in percent of the possible; None the first time."""
        now = self._elapsed()
        last, self._last_cpu = self._last_cpu, (now, usage)
        if last is None or now <= last[0]:
            return None
        return 100 * (usage - last[1]) / (now - last[0]) / limit

    def _disk(self) -> Iterator[Sample]:
        status = os.statvfs(self._workspace)
        label = (str(self._workspace),)
        available = status.f_bavail * status.f_frsize
        yield figures.DISK_AVAILABLE, label, available
        yield figures.DISK_SIZE, label, status.f_blocks * status.f_frsize
        yield figures.RESOURCE_USAGE, ("disk_free_gb",), available / _GIB

    def _orphans(self) -> Iterator[Sample]:
        yield figures.ORPHANS, (), self._count_orphans()


def _memory_of_processes() -> Memory:
    """Resident memory of this process and those that it has started, without a container."""
    return Memory(sum(_of_processes(lambda process: process.memory_info().rss)), None, None)


def _cpu_of_processes() -> Cpu:
    """CPU time likewise, including that of children that have ended."""
    return Cpu(sum(_of_processes(lambda process: sum(process.cpu_times()[:4]))), None, None, None)


def _of_processes(figure: Callable[[psutil.Process], N]) -> Iterator[N]:
    own = psutil.Process()
    for process in [own, *own.children(recursive=True)]:
        try:
            yield figure(process)
        except psutil.NoSuchProcess:
            continue
