"""Faults of archives: damaged ones, hostile ones, too many. Sending them harms no service."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from monitoring.drill import archives
from monitoring.drill.faults.base import Fault, place_of
from monitoring.drill.site import Site
from monitoring.drill.stack import Stack
from monitoring.drill.traffic import repeated

Put = Callable[[bytes], int]
"""Sends an archive; returns the status of the answer."""

HOSTILE: Final = 6
GOOD: Final = 36
"""Six times as many, because one refusal in five would cause another alert."""

_EVERY_SECONDS: Final = 0.25


def sending_damaged(put: Put, *, every: float = _EVERY_SECONDS) -> AbstractContextManager[None]:
    """Send damaged archives, on and on."""
    archive = archives.damaged()
    return repeated(lambda: put(archive), every=every)


@contextmanager
def sending_hostile(put: Put) -> Iterator[None]:
    """Send some hostile archives among many good ones; there is nothing to undo."""
    good, hostile = archives.good(), archives.hostile()
    for _ in range(HOSTILE):
        for _ in range(GOOD // HOSTILE):
            put(good)
        put(hostile)
    yield


def flooding(put: Put) -> AbstractContextManager[None]:
    """Send ten archives per second, on and on."""
    archive = archives.good()
    return repeated(lambda: put(archive), every=0.1)


def _damaged(stack: Stack) -> AbstractContextManager[None]:
    return sending_damaged(stack.service.put)


def _broken_off(stack: Stack) -> AbstractContextManager[None]:
    archive = archives.good()
    return repeated(lambda: stack.service.break_off(archive), every=_EVERY_SECONDS)


def _hostile(stack: Stack) -> AbstractContextManager[None]:
    return sending_hostile(stack.service.put)


def _flood(stack: Stack) -> AbstractContextManager[None]:
    return flooding(stack.service.put)


FAULTS: Final = (
    Fault("HighExtractionFailureRate", "damaged archives are sent", _damaged),
    Fault(
        "SuspiciousArchives",
        "archives that would write outside their folder are sent among good ones",
        _hostile,
    ),
    Fault(
        "RateLimitTriggered",
        "a client sends ten archives a second",
        _flood,
        place_of(Site(settings={"RATE_LIMIT": "5/minute", "RATE_LIMIT_ENABLED": True})),
    ),
    Fault("ConversionsAbandoned", "clients hang up in the middle of uploads", _broken_off),
)
