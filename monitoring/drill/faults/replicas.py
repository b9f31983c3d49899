"""Faults of whole services: killed, unknown, fewer than there were."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Final

from monitoring.drill.faults.base import Fault, killed, place_of
from monitoring.drill.site import Site
from monitoring.drill.stack import Stack

DISCOVERY_SECONDS: Final = 5.5
"""Prometheus applies changed targets every 5 s, which no option shortens."""

_KNOWN_SECONDS: Final = 60.0
"""How long to wait until Prometheus has known all replicas for 5 minutes, compressed."""

_RESTARTS: Final = 4
"""ServiceRestarting fires above 2 in 15 minutes."""

_RESTART_SECONDS: Final = 20.0
"""How long to wait until Prometheus has seen one."""


def _killed(stack: Stack) -> AbstractContextManager[None]:
    return killed(stack.service)


@contextmanager
def _unknown(stack: Stack) -> Iterator[None]:
    stack.set_targets()
    try:
        yield
    finally:
        stack.set_targets(*stack.services)


@contextmanager
def _fewer(stack: Stack) -> Iterator[None]:
    stack.patience.until(
        lambda: stack.api.query("job:up:known5m") == [len(stack.services)],
        _KNOWN_SECONDS,
        "Prometheus has known all replicas for 5 minutes, compressed",
    )
    stack.set_targets(stack.service)
    try:
        yield
    finally:
        stack.set_targets(*stack.services)


@contextmanager
def _restarting(stack: Stack) -> Iterator[None]:
    for restart in range(1, _RESTARTS + 1):
        stack.service.kill()
        stack.service.start()
        stack.patience.until(
            partial(_prometheus_sees, stack, restart),
            _RESTART_SECONDS,
            f"Prometheus sees start {restart}",
        )
    yield


def _prometheus_sees(stack: Stack, starts: int) -> bool:
    started = f'process_start_time_seconds{{instance="{stack.service.address}"}}'
    return stack.api.query(f"changes({started}[2m])") == [starts]


FAULTS: Final = (
    Fault("ServiceDown", "the service is killed by SIGKILL", _killed),
    Fault("ServiceAbsent", "the list of targets is emptied", _unknown, extra=DISCOVERY_SECONDS),
    Fault(
        "ReplicaMissing",
        "one of two services is removed from the targets",
        _fewer,
        place_of(Site(replicas=2)),
        looks_back=0,  # its hour is for how long it remembers
        extra=DISCOVERY_SECONDS,
    ),
    Fault(
        "ServiceRestarting",
        f"the service is killed and started {_RESTARTS} times",
        _restarting,
        companions={"ServiceDown": "where a start takes over a minute, compressed"},
    ),
)
