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

_CONVERSION: Final = 3
"""A child, a timer while it starts, and another child that answers readiness meanwhile."""

NEEDED: Final = THREADS + _EVENT_LOOP + _BESIDE_REQUESTS + _FORKSERVER + _CONVERSION
"""Beside the thread that this process begins with; the system counts processes as threads."""

_REMEDY: Final = (
    "raise the limit of processes and threads (ulimit -u, LimitNPROC and TasksMax, Docker's "
    "--pids-limit), or end other programs of the same user"
)

_REMEDY_OF_SPACE: Final = (
    "lift the limit of address space (ulimit -v, LimitAS), of which each thread takes as much as "
    "its stack may grow (ulimit -s); if that does not help, "
)
"""Where there is such a limit: the system gives the same answer, whichever it was."""

log = structlog.get_logger()


def refuse_too_few_threads() -> None:
    """Log an error and raise SystemExit if the system would not let a conversion run now."""
    try:
        started_pool(NEEDED).shutdown()
    except RuntimeError as error:
        log.error("too_few_threads", reason=str(error), needed=NEEDED, remedy=_remedy())  # noqa: TRY400  # no traceback: it is expected
        raise SystemExit(STARTUP_FAILURE) from None


def _remedy() -> str:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return _REMEDY if limit == resource.RLIM_INFINITY else _REMEDY_OF_SPACE + _REMEDY
