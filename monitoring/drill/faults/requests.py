"""Faults of requests: they crash, they block all others."""

from contextlib import AbstractContextManager
from typing import Final

from monitoring.drill import harm
from monitoring.drill.faults.base import Fault
from monitoring.drill.stack import Stack
from monitoring.drill.traffic import repeated


def _crashing(stack: Stack) -> AbstractContextManager[None]:
    return repeated(lambda: stack.service.client.get(harm.CRASH), every=0.25)


def _blocking(stack: Stack) -> AbstractContextManager[None]:
    # The pauses let scrapes through: a service that answers none is down, not blocked. Pause and
    # block together are not a multiple of the 0.25 s at which the lag is measured: otherwise blocks
    # would all begin at the same point of that interval, and each might appear too short.
    return repeated(lambda: stack.service.client.get(harm.BLOCK), every=0.77)


FAULTS: Final = (
    Fault("HighErrorRate", "a route that crashes is called", _crashing),
    Fault("EventLoopBlocked", "a route that blocks the event loop is called", _blocking),
)
