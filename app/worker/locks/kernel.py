"""System calls that Python has no function for."""

import ctypes
import errno
import os

_libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, *arguments: "int | ctypes.c_void_p") -> int:
    """Call prctl about this process. Raises OSError, ENOSYS where the system has no prctl."""
    return _call("prctl", option, *arguments)


def syscall(number: int, *arguments: "int | ctypes.c_void_p") -> int:
    """Make a system call that the C library has no function for. Raises OSError."""
    return _call("syscall", number, *arguments)


def _call(name: str, *arguments: "int | ctypes.c_void_p") -> int:
    function = getattr(_libc, name, None)
    if function is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    # Both are variadic: an int would be passed as 32 bits, but the kernel reads 64.
    result: int = function(
        *(ctypes.c_ulong(one) if isinstance(one, int) else one for one in arguments)
    )
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
