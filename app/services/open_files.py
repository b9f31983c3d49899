"""The limit of descriptors, and how many idle connections it leaves room for."""

import resource
from typing import Final

import structlog

from app.core.config import Settings
from app.http.idle import DEFAULT_MAX_IDLE
from app.http.slow_readers import MAX_SLOW_READERS

_PER_IDLE: Final = 2
"""Up to twice as many as may idle stay open where ending one would cost its client something."""

_PER_TRANSFER: Final = 2
"""The connection and a file."""

_PER_CONVERSION: Final = 4
"""The connection, the upload, the result, and the child's report."""

_SPARE: Final = 256
"""Log, timers and event loop, fast downloads, requests that are answered at once."""

_IDLE_SHARE: Final = 4
"""If there are too few descriptors, idle connections get a quarter of them."""

_REMEDY: Final = (
    "raise the hard limit of open files (ulimit -Hn, LimitNOFILE, Docker's --ulimit nofile), or "
    "lower UPLOAD_SLOTS"
)

log = structlog.get_logger()


def make_room_for_files(settings: Settings) -> int:
    """Raise the limit of open files to what may be needed; return how many connections may idle.

    The system's limit for a process is often 1,024, for the sake of programs that use select(2);
    the limit to which it may be raised is hundreds of thousands. If that is too low for the
    settings, a warning says so.
    """
    needed = _needed(settings)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft == resource.RLIM_INFINITY or soft >= limit or not _set_limit(limit, hard):
        limit = soft
    if limit != resource.RLIM_INFINITY and limit < needed:
        log.warning("few_open_files", limit=limit, needed=needed, remedy=_REMEDY)
        return limit // _IDLE_SHARE
    return DEFAULT_MAX_IDLE


def _set_limit(soft: int, hard: int) -> bool:
    """Set the limits; False if a sandbox denies it. The service does what it can with fewer."""
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    except (OSError, ValueError):  # Python makes a ValueError of EPERM
        return False
    return True


def _needed(settings: Settings) -> int:
    transfers = settings.upload_slots + MAX_SLOW_READERS
    conversions = settings.conversion_slots + settings.conversion_queue
    return (
        DEFAULT_MAX_IDLE * _PER_IDLE
        + transfers * _PER_TRANSFER
        + conversions * _PER_CONVERSION
        + _SPARE
    )
