"""The kernel's resource limits, setrlimit(2)."""

import os
import resource
from typing import Final

from app.worker.locks.bounds import Bounds

_CPU_GRACE_SECONDS: Final = 2
"""From SIGXCPU, which ends the child and shows why, to SIGKILL, which no process survives."""


def limit_resources(bounds: Bounds) -> None:
    """Bound memory, CPU time and file size; allow no new descriptor and no core dump.

    With no descriptor available, open(2), socket(2) and dup(2) fail even where the other locks
    are missing; open descriptors stay open.
    """
    limit_program(bounds)
    _lower(resource.RLIMIT_NOFILE, 0)


def limit_program(bounds: Bounds) -> None:
    """Bound memory, CPU time and file size; allow no core dump."""
    _lower(resource.RLIMIT_AS, bounds.memory_bytes)
    _lower(resource.RLIMIT_CPU, bounds.cpu_seconds, bounds.cpu_seconds + _CPU_GRACE_SECONDS)
    _lower(resource.RLIMIT_FSIZE, bounds.file_bytes)
    _lower(resource.RLIMIT_CORE, 0)


def forbid_processes() -> str | None:
    """Make fork(2) fail. Returns what is lacking: the kernel does not hold root to this limit."""
    _lower(resource.RLIMIT_NPROC, 0)
    return "root is exempt from it" if os.getuid() == 0 else None


def _lower(name: int, soft: int, hard: int | None = None) -> None:
    """Set a limit, or keep the operator's if lower: a process cannot raise its hard limit."""
    _, ceiling = resource.getrlimit(name)
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(name, (soft, hard))
