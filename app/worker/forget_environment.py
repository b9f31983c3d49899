"""Imported only by the forkserver, which thereby forgets the service's environment.

The environment holds the service's secrets, and `multiprocessing` starts the forkserver with all
of it. Children are forked from there, so what is forgotten here is nowhere in their memory.
"""

import ctypes
import os
from pathlib import Path
from typing import Final

_ENV_START: Final = 47
"""The index of `env_start` in /proc/self/stat, proc_pid_stat(5), counted from the state as 0;
`env_end` follows."""


def forget_environment() -> None:
    """Empty `os.environ` and overwrite what the kernel has put on the stack."""
    os.environ.clear()
    try:
        start, end = _stack_area()
    except OSError:
        return
    ctypes.memset(start, 0, end - start)


def _stack_area() -> tuple[int, int]:
    # The name of the program, in parentheses, may hold spaces.
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = fields[_ENV_START : _ENV_START + 2]
    return int(start), int(end)


forget_environment()
