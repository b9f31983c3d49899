"""Landlock: no file system but what rules allow, no TCP, no signals to other processes.

https://docs.kernel.org/userspace-api/landlock.html. It applies to what is opened from now on; the
descriptors that the child has keep their rights.
"""

import ctypes
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.worker.locks.kernel import syscall

# The same on every machine, as for all system calls since Linux 5.1.
_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446

_GET_VERSION: Final = 1
_PATH_BENEATH: Final = 1

_FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights over files each version of the interface has; each is a bit, from the lowest.

Version 1 came with Linux 5.13; 2 (5.19) adds moving between directories, 3 (6.2) truncating by
path, 5 (6.10) ioctl(2) on devices.
"""

_READING: Final = 0b1101 | 1 << 15
"""Executing, reading files and folders, and ioctl(2) on devices."""

_WRITE_FILE: Final = 0b10

_TRUNCATE_SINCE: Final = 3
_TCP_SINCE: Final = 4  # Linux 6.7
_TCP: Final = 0b11  # bind, connect
_SCOPES_SINCE: Final = 6  # Linux 6.12
_SCOPES: Final = 0b11  # abstract Unix sockets, signals

_PATH_BENEATH_ATTR: Final = struct.Struct("=Qi")
"""`struct landlock_path_beneath_attr`, packed: the rights, and the descriptor of their path."""


class _Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`; kernels that know less of it accept it if the rest is 0."""

    _fields_ = (
        ("files", ctypes.c_uint64),
        ("tcp", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


def forbid_files_and_tcp() -> str | None:
    """Take from this process every right that Landlock knows; needs no_new_privs.

    Returns what this kernel's Landlock does not cover, or None if it covers everything.
    Raises OSError: ENOSYS without Landlock, EOPNOTSUPP if it was not enabled at boot.
    """
    version = _version()
    _restrict(_ruleset(version), {})
    return _not_covered(version)


def forbid_writing_elsewhere(folder: Path) -> None:
    """Let this process change nothing outside `folder`, and use no TCP; needs no_new_privs.

    It may read and run what its user may. Raises as `forbid_files_and_tcp` does.
    """
    ruleset = _ruleset(_version())
    ruleset.files &= ~_READING
    _restrict(ruleset, {str(folder): ruleset.files, os.devnull: _WRITE_FILE})


def _version() -> int:
    return syscall(_CREATE_RULESET, 0, 0, _GET_VERSION)


def _restrict(ruleset: _Ruleset, allowed: Mapping[str, int]) -> None:
    """Take from this process what the ruleset handles; `allowed` are rights by path."""
    descriptor = syscall(
        _CREATE_RULESET, ctypes.c_void_p(ctypes.addressof(ruleset)), ctypes.sizeof(ruleset), 0
    )
    try:
        for path, rights in allowed.items():
            _allow(descriptor, path, rights)
        syscall(_RESTRICT_SELF, descriptor, 0)
    finally:
        os.close(descriptor)


def _allow(ruleset: int, path: str, rights: int) -> None:
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = ctypes.create_string_buffer(_PATH_BENEATH_ATTR.pack(rights, parent))
        syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.c_void_p(ctypes.addressof(rule)), 0)
    finally:
        os.close(parent)


def _ruleset(version: int) -> _Ruleset:
    return _Ruleset(
        files=(1 << _FILE_RIGHTS[min(version, max(_FILE_RIGHTS))]) - 1,
        tcp=_TCP if version >= _TCP_SINCE else 0,
        scopes=_SCOPES if version >= _SCOPES_SINCE else 0,
    )


def _not_covered(version: int) -> str | None:
    since = {"truncate(2)": _TRUNCATE_SINCE, "TCP": _TCP_SINCE, "signals": _SCOPES_SINCE}
    lacking = [what for what, first in since.items() if version < first]
    return f"version {version} does not cover {', '.join(lacking)}" if lacking else None
