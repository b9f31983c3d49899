"""seccomp, seccomp(2): only the system calls that a conversion makes; all others fail.

They fail with EPERM instead of killing the child: Python and the C library take the error for a
refusal and go on, and a call that they cannot do without shows as an exception with a traceback.
"""

import ctypes
import errno
import mmap
import os
import struct
import sys
from typing import Final

from app.worker.locks.kernel import prctl
from app.worker.locks.syscalls import MACHINES, Machine

_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2

# linux/bpf_common.h: a program of these reads `struct seccomp_data` and returns a verdict.
_LOAD: Final = 0x20  # the 32 bits at offset k
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_ANY_BIT: Final = 0x45
_RETURN: Final = 0x06

_NUMBER_AT: Final = 0
_ARCH_AT: Final = 4
_THIRD_ARGUMENT_AT: Final = 32  # its lower half: both machines are little-endian

_ALLOW: Final = 0x7FFF_0000
_FAIL: Final = 0x0005_0000 | errno.EPERM
_KILL: Final = 0x8000_0000

_Instruction = tuple[int, int, int, int]
"""Code, instructions to skip if true, if false, and k."""

_END: Final[tuple[_Instruction, ...]] = (
    (_RETURN, 0, 0, _FAIL),  # of a call that is none of those compared
    (_LOAD, 0, 0, _THIRD_ARGUMENT_AT),
    (_JUMP_IF_ANY_BIT, 0, 1, mmap.PROT_EXEC),
    (_RETURN, 0, 0, _FAIL),
    (_RETURN, 0, 0, _ALLOW),
)
"""What follows the comparisons of the call's number."""

_TO_CHECK: Final = 1
_TO_ALLOW: Final = 4
"""How much of it is skipped by a call that matches."""


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def allow_only_conversion_calls() -> None:
    """Install the filter for good; needs no_new_privs.

    Raises OSError: EINVAL where the kernel has no seccomp, ENOSYS on a machine without a table.
    """
    if _FILTER is None:
        raise OSError(errno.ENOSYS, f"no table of system calls for {os.uname().machine}")
    program = _Program(len(_FILTER) // _INSTRUCTION.size, _FILTER)
    pointer = ctypes.c_void_p(ctypes.addressof(program))
    prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, pointer, 0, 0)


def instructions(machine: Machine) -> list[_Instruction]:
    """The program for a machine, in the order in which the kernel runs it."""
    calls = [(call, _TO_CHECK) for call in machine.allowed_unless_executable]
    calls += [(call, _TO_ALLOW) for call in machine.allowed]
    return [
        (_LOAD, 0, 0, _ARCH_AT),
        # The numbers of other architectures, such as those of 32-bit programs, mean other calls.
        (_JUMP_IF_EQUAL, 1, 0, machine.audit_arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        *(
            (_JUMP_IF_EQUAL, comparisons_left + into_end, 0, call)
            for comparisons_left, (call, into_end) in zip(
                reversed(range(len(calls))), calls, strict=True
            )
        ),
        *_END,
    ]


_INSTRUCTION: Final = struct.Struct("=HBBI")


def _filter() -> bytes | None:
    machine = MACHINES.get(os.uname().machine)
    # A 32-bit Python on such a kernel uses other numbers for its calls.
    if machine is None or sys.maxsize < 2**32:
        return None
    return b"".join(_INSTRUCTION.pack(*one) for one in instructions(machine))


_FILTER: Final = _filter()
"""Built once, in the forkserver."""
