"""Whom the child belongs to: a group of its own, and a life that ends with its parent's."""

import os
import signal
from typing import Final

from app.worker.locks.kernel import prctl

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36

_FORKSERVER_PID: Final = os.getpid()
"""The process that imported this module before forking the child: the forkserver."""


class Orphaned(BaseException):
    """The child's parent is gone, or was never the one that forked with this module loaded."""


def lead_own_session() -> None:
    """Lead a session, and so a group, of its own.

    A child is killed with its whole group, and nothing sent to the service's group reaches it.
    """
    os.setsid()


def die_with_parent(by: signal.Signals = signal.SIGKILL, parent: int = _FORKSERVER_PID) -> None:
    """Get a signal when `parent` ends: the forkserver, which ends with the service, or a watcher.

    Raises Orphaned: if the parent died before prctl(2) was called, no signal comes any more.
    """
    prctl(_PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:
        raise Orphaned(f"forked by {parent}, child of {os.getppid()}")


def adopt_orphans() -> None:
    """Make descendants of this process its children when their own parents end."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reset_signals() -> None:
    """Undo what the service's parent ignored or blocked, which survives fork and exec.

    SIGXCPU is how the CPU limit ends the child.
    """
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
