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

_BESIDE_CONVERSIONS: Final = 2
"""A child that answers readiness, and a timer while one of all children starts."""

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


def needed_threads(conversion_slots: int) -> int:
    """Beside the thread that this process begins with; the system counts processes as threads.

    A conversion has a child of its own. One that cannot be forked costs those that run, because
    `multiprocessing`'s forkserver ends then.
    """
    children = conversion_slots + _BESIDE_CONVERSIONS
    return THREADS + _EVENT_LOOP + _BESIDE_REQUESTS + _FORKSERVER + children


def refuse_too_few_threads(conversion_slots: int) -> None:
    """Log an error and raise SystemExit if the system would not let all conversions run now."""
    needed = needed_threads(conversion_slots)
    try:
        started_pool(needed).shutdown()
    except RuntimeError as error:
        log.error("too_few_threads", reason=str(error), needed=needed, remedy=_remedy())  # noqa: TRY400  # no traceback: it is expected
        raise SystemExit(STARTUP_FAILURE) from None


def _remedy() -> str:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return _REMEDY if limit == resource.RLIM_INFINITY else _REMEDY_OF_SPACE + _REMEDY
