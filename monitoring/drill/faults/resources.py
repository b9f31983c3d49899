"""Faults of what the service uses: memory, CPU, its workspace."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final

from app.core.sampler import INTERVAL_SECONDS
from app.services.drain import FILE_NAME
from monitoring.configs import ROOT
from monitoring.drill import archives
from monitoring.drill.control_groups import cpu_groups, entering, memory_group, used
from monitoring.drill.faults.base import Fault, root
from monitoring.drill.site import Site
from monitoring.drill.stack import Stack
from monitoring.drill.traffic import repeated

_MIB: Final = 1 << 20
_MEMORY_BYTES: Final = 512 * _MIB
_TAKEN: Final = 0.95
_SURELY_TAKEN: Final = 0.92
"""Shares of the memory limit: HighMemoryUsage fires above 0.9."""

_TAKE_SECONDS: Final = 20.0
"""How long to wait until the memory is taken."""

_CORES: Final = 0.5

_PAGES: Final = 2000
"""The pages of an archive that keeps a CPU busy for some tenths of a second."""


@contextmanager
def _limited(folder: Path) -> Iterator[Site]:
    with memory_group(_group_name(folder), _MEMORY_BYTES) as group:
        yield Site(wrapper=entering(group), group=group)


@contextmanager
def _hogged(stack: Stack, size: int) -> Iterator[None]:
    command = (sys.executable, "-m", "monitoring.drill.hog", str(_group(stack)), str(size))
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as hog:
        try:
            yield
        finally:
            hog.kill()


@contextmanager
def _memory_taken(stack: Stack) -> Iterator[None]:
    size = int(_TAKEN * _MEMORY_BYTES) - used(_group(stack))
    with _hogged(stack, size):
        stack.patience.until(
            lambda: used(_group(stack)) > _SURELY_TAKEN * _MEMORY_BYTES,
            _TAKE_SECONDS,
            "memory is taken",
        )
        yield


@contextmanager
def _too_much_memory_taken(stack: Stack) -> Iterator[None]:
    with _hogged(stack, 2 * _MEMORY_BYTES):
        yield


def _group(stack: Stack) -> Path:
    assert stack.site.group is not None  # noqa: S101  # these faults happen in one
    return stack.site.group


def _converting(stack: Stack) -> AbstractContextManager[None]:
    archive = archives.good(_PAGES)
    return repeated(lambda: stack.service.put(archive), every=0.01, senders=2)


@contextmanager
def _gone(stack: Stack) -> Iterator[None]:
    workspace = stack.service.workspace
    elsewhere = workspace.with_name("elsewhere")
    workspace.rename(elsewhere)
    try:
        yield
    finally:
        elsewhere.rename(workspace)


@contextmanager
def _drained(stack: Stack) -> Iterator[None]:
    file = stack.service.workspace / FILE_NAME
    file.touch()
    try:
        yield
    finally:
        file.unlink()


@contextmanager
def _little_cpu(folder: Path) -> Iterator[Site]:
    """Part of a CPU where possible, otherwise one CPU: the others are for what watches."""
    with ExitStack() as made:
        try:
            site = made.enter_context(_cpu_quota(folder))
        except OSError:
            cpu = min(os.sched_getaffinity(0))
            site = _busy("taskset", "--cpu-list", str(cpu))
        yield site


@contextmanager
def _cpu_quota(folder: Path) -> Iterator[Site]:
    with cpu_groups(_group_name(folder), _CORES) as groups:
        yield _busy(*(word for group in groups for word in entering(group)))


def _busy(*wrapper: str) -> Site:
    """A site with slots that never run out."""
    return Site(settings={"CONVERSION_SLOTS": 4}, wrapper=wrapper)


def _group_name(folder: Path) -> str:
    return f"docc2context-drill-{os.getpid()}-{folder.name}"


FAULTS: Final = (
    Fault(
        "HighMemoryUsage",
        f"another process in the service's control group takes {100 * _TAKEN:.0f} % of its memory",
        _memory_taken,
        _limited,
        needs=(root,),
    ),
    Fault(
        "MemoryOOMKill",
        "another process in the service's control group takes more memory than there is, and the "
        "kernel kills it",
        _too_much_memory_taken,
        _limited,
        needs=(root,),
    ),
    Fault(
        "HighCPUUsage",
        "archives are converted without a pause",
        _converting,
        _little_cpu,
        companions={"CPUThrottled": "if a quota is what limits the CPU"},
    ),
    Fault(
        "CPUThrottled",
        "archives are converted without a pause, under a quota of half a CPU",
        _converting,
        _cpu_quota,
        companions={"HighCPUUsage": "all of the quota is used"},
        needs=(root,),
    ),
    Fault(
        "ServiceNotReady",
        "a file DRAIN is left in the workspace",
        _drained,
        extra=INTERVAL_SECONDS,
    ),
    Fault(
        "ResourceMetricsStale",
        "the workspace is moved away",
        _gone,
        companions={"ServiceNotReady": "a workspace that is gone cannot store anything"},
    ),
)
