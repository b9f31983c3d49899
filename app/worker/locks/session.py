"""Whom the child belongs to: a group of its own, and a life that ends with its parent's."""

import os
import signal
from typing import Final

from app.worker.locks.kernel import prctl

_PR_SET_PDEATHSIG: Final = 1

_ZYGOTE_PID: Final = os.getpid()
"""The process that imported this module before it forked the child: the forkserver."""


class Orphaned(BaseException):
    """The child's parent is gone, or was never the forkserver that had this module loaded."""


def lead_own_group() -> None:
    """The parent kills the whole group, and a Ctrl-C in its terminal does not reach this one."""
    os.setsid()


def die_with_parent() -> None:
    """Be killed when the forkserver ends, which in turn ends when the service does.

    Raises Orphaned: a parent that died before prctl(2) was called sends no signal any more.
    """
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != _ZYGOTE_PID:
        raise Orphaned(f"forked by {_ZYGOTE_PID}, child of {os.getppid()}")


def take_signals_as_they_come() -> None:
    """Undo what the service's own parent ignored or blocked, which outlives fork and exec.

    SIGXCPU is how the CPU limit ends the child.
    """
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
