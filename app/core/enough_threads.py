"""Room for the service's threads and processes, seen to before anything depends on it."""

import resource
from typing import Final

import structlog

from app.core.one_process import STARTUP_FAILURE
from app.core.threads import THREADS, started_pool

_EVENT_LOOP: Final = 4
"""libuv starts them to look up the address that the server is to listen on; if it cannot, it aborts
the process without a word."""

_BESIDE_REQUESTS: Final = 5
"""For resources, for readiness and its look at the disk, for scrapes, and for starting children."""

_FORKSERVER: Final = 2
"""The process, and the one that `multiprocessing` starts with it."""

_STARTING: Final = 1
"""A timer while a child starts."""

_OWN_CHILD: Final = 1

_CHILD_WITH_COMMAND: Final = 3
"""The child, its thread that reads the command's output, and the command: one process at least."""

_REMEDY: Final = (
    "raise the limit of processes and threads (ulimit -u, LimitNPROC and TasksMax, Docker's "
    "--pids-limit), lower CONVERSION_SLOTS, or end other programs of the same user"
)

_REMEDY_OF_SPACE: Final = (
    "lift the limit of address space (ulimit -v, LimitAS), of which each thread takes as much as "
    "its stack may grow (ulimit -s); if that does not help, "
)
"""Where there is such a limit: the system gives the same answer, whichever it was."""

log = structlog.get_logger()


def needed_threads(conversion_slots: int, *, has_command: bool) -> int:
    """Beside the thread that this process begins with; the system counts processes as threads.

    Each conversion has a child of its own, and so has readiness. One that cannot be forked costs
    those that run, because `multiprocessing`'s forkserver ends then.
    """
    children = (conversion_slots + 1) * (_CHILD_WITH_COMMAND if has_command else _OWN_CHILD)
    return THREADS + _EVENT_LOOP + _BESIDE_REQUESTS + _FORKSERVER + _STARTING + children


def refuse_too_few_threads(conversion_slots: int, *, has_command: bool) -> None:
    """Log an error and raise SystemExit if the system would not let all conversions run now."""
    needed = needed_threads(conversion_slots, has_command=has_command)
    try:
        started_pool(needed).shutdown()
    except RuntimeError as error:
        log.error("too_few_threads", reason=str(error), needed=needed, remedy=_remedy())
        raise SystemExit(STARTUP_FAILURE) from None


def _remedy() -> str:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return _REMEDY if limit == resource.RLIM_INFINITY else _REMEDY_OF_SPACE + _REMEDY
