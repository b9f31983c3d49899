"""Everything that a child does to itself before it reads a byte of the upload.

Of these locks, only Landlock and seccomp depend on the kernel and on the container's own rules;
where one is unavailable, the child works without it, and says so: see `Locks`.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from app.worker.locks.bounds import Bounds
from app.worker.locks.descriptors import close_all_but
from app.worker.locks.kernel import prctl
from app.worker.locks.landlock import forbid_files_and_tcp, forbid_writing_elsewhere
from app.worker.locks.resources import forbid_processes, limit_program, limit_resources
from app.worker.locks.seccomp import allow_only_conversion_calls
from app.worker.locks.session import die_with_parent, lead_own_session, reset_signals

_PR_SET_NO_NEW_PRIVS: Final = 38


class Locks(msgspec.Struct, frozen=True):
    """The locks that hold a child."""

    in_force: list[str]
    """Names from `_LOCKS`, in the order in which they were set."""

    shortfalls: dict[str, str]
    """What is missing, wholly or in part, and why."""


def lock_up(bounds: Bounds, kept: Collection[int]) -> Locks:
    """Take from this process, for good, everything that a conversion does not need.

    `kept` are the descriptors that stay open. Raises Orphaned.
    """
    in_force, shortfalls = [], {}
    for name, lock in _LOCKS.items():
        try:
            shortfall = lock(bounds, kept)
        except OSError as error:
            # Fails open on purpose: a kernel without a lock still converts, and readiness says so.
            shortfalls[name] = str(error.strerror)
        else:
            in_force.append(name)
            if shortfall:
                shortfalls[name] = shortfall
    return Locks(in_force, shortfalls)


def lock_up_program(bounds: Bounds, folder: Path, watcher: int) -> None:
    """Lock an outside program, between fork(2) by `watcher` and execve(2).

    It dies with the process that watches it, gains no privileges, has the bounds of a conversion,
    and where the kernel has Landlock it changes nothing outside `folder` and uses no TCP.
    """
    reset_signals()
    die_with_parent(parent=watcher)
    _forbid_new_privileges()
    limit_program(bounds)
    with suppress(OSError):  # fails open on purpose, as above
        forbid_writing_elsewhere(folder)


def _forbid_new_privileges() -> None:
    """execve(2) gains nothing by set-user-ID; Landlock and seccomp require this first."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


_Lock = Callable[[Bounds, Collection[int]], str | None]

_LOCKS: Final[dict[str, _Lock]] = {
    "group": lambda *_: lead_own_session(),
    "parent_death": lambda *_: die_with_parent(),
    "signals": lambda *_: reset_signals(),
    "descriptors": lambda _, kept: close_all_but(kept),
    "no_new_privs": lambda *_: _forbid_new_privileges(),
    "landlock": lambda *_: forbid_files_and_tcp(),
    "resources": lambda bounds, _: limit_resources(bounds),  # after landlock: it needs a descriptor
    "processes": lambda *_: forbid_processes(),
    "seccomp": lambda *_: allow_only_conversion_calls(),  # last: it forbids all of the above
}
