"""Faults of requests: they crash, they block everybody, they are too many."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from monitoring.drill import archives, harm
from monitoring.drill.faults.base import Fault, site
from monitoring.drill.stack import Stack
from monitoring.drill.traffic import repeated


def _crashing(stack: Stack) -> AbstractContextManager[None]:
    return repeated(lambda: stack.service.client.get(harm.PREFIX + harm.CRASH), every=0.25)


def _blocking(stack: Stack) -> AbstractContextManager[None]:
    # The pauses let scrapes through: a service that answers none at all is down, not blocked.
    return repeated(lambda: stack.service.client.get(harm.PREFIX + harm.BLOCK), every=0.7)


@contextmanager
def _flooding(stack: Stack) -> Iterator[None]:
    archive = archives.good()
    with repeated(lambda: stack.service.put(archive), every=0.1):
        yield


FAULTS: Final = (
    Fault("HighErrorRate", "a route that crashes is called", _crashing, site()),
    Fault("EventLoopBlocked", "a route that blocks the event loop is called", _blocking, site()),
    Fault(
        "RateLimitTriggered",
        "a client sends ten archives a second",
        _flooding,
        site(RATE_LIMIT="5/minute", RATE_LIMIT_ENABLED=True),
    ),
)
