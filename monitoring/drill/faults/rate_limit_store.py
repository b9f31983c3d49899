"""The fault of the store where the service counts what clients send: it is gone."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from monitoring.drill.faults.base import Fault, killed, program
from monitoring.drill.redis import PACKAGE, PROGRAM, Redis
from monitoring.drill.site import Site
from monitoring.drill.stack import Stack


@contextmanager
def _redis(folder: Path) -> Iterator[Site]:
    with Redis(folder) as redis:
        yield Site(
            settings={"RATE_LIMIT_ENABLED": True, "RATE_LIMIT_STORE": redis.url}, store=redis
        )


def _killed(stack: Stack) -> AbstractContextManager[None]:
    assert stack.site.store is not None  # noqa: S101  # this fault's site has one
    return killed(stack.site.store)


FAULTS: Final = (
    Fault(
        "RateLimiterUnavailable",
        "the Redis that counts each client's conversions is killed",
        _killed,
        _redis,
        needs=(program(PROGRAM, PACKAGE),),
    ),
)
