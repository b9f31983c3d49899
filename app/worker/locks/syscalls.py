"""The system calls that a conversion makes, found by strace(1), and their numbers."""

from dataclasses import dataclass
from typing import Final

_NUMBERS: Final = {
    # name: (x86_64, aarch64), from the kernel's asm/unistd_64.h and asm-generic/unistd.h
    # the descriptors that the child has
    "read": (0, 63),
    "write": (1, 64),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "lseek": (8, 62),
    "close": (3, 57),
    "fstat": (5, 80),
    "newfstatat": (262, 79),  # used for fstat by glibc 2.33 to 2.38; also stat of a path
    # memory
    "brk": (12, 214),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    # Python's locks and hashes, and clocks that cannot be read without a call
    "futex": (202, 98),
    "getrandom": (318, 278),
    "clock_gettime": (228, 113),
    # signals: returning from a handler, and resuming what was interrupted
    "rt_sigreturn": (15, 139),
    "restart_syscall": (219, 128),
    # the end
    "exit": (60, 93),
    "exit_group": (231, 94),
}

_PROTECTING: Final = {"mmap": (9, 222), "mprotect": (10, 226)}


@dataclass(frozen=True)
class Machine:
    """A kind of processor: its number in linux/audit.h, and a conversion's calls on it."""

    audit_arch: int
    allowed: tuple[int, ...]
    allowed_unless_executable: tuple[int, ...]
    """Their third argument is the protection of memory, which must not include PROT_EXEC."""


def _machine(audit_arch: int, column: int) -> Machine:
    return Machine(
        audit_arch,
        tuple(row[column] for row in _NUMBERS.values()),
        tuple(row[column] for row in _PROTECTING.values()),
    )


MACHINES: Final = {
    "x86_64": _machine(0xC000_003E, 0),  # AUDIT_ARCH_X86_64
    "aarch64": _machine(0xC000_00B7, 1),  # AUDIT_ARCH_AARCH64
}
"""By name as in uname(2)."""
