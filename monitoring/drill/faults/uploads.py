"""Faults of archives: damaged ones, hostile ones."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from monitoring.drill import archives
from monitoring.drill.faults.base import Fault, site
from monitoring.drill.stack import Stack
from monitoring.drill.traffic import repeated

HOSTILE: Final = 6
GOOD: Final = 36
"""Six times as many, as one refusal in five would be another alert's matter."""


def _damaged(stack: Stack) -> AbstractContextManager[None]:
    archive = archives.damaged()
    return repeated(lambda: stack.service.put(archive), every=0.25)


@contextmanager
def hostile_among_good(stack: Stack) -> Iterator[None]:
    """Some hostile archives among many good ones; there is nothing to undo."""
    good, hostile = archives.good(), archives.hostile()
    for _ in range(HOSTILE):
        for _ in range(GOOD // HOSTILE):
            stack.service.put(good)
        stack.service.put(hostile)
    yield


FAULTS: Final = (
    Fault("HighExtractionFailureRate", "damaged archives are sent", _damaged, site()),
    Fault(
        "SuspiciousArchives",
        "archives that would write outside their folder are sent, among good ones",
        hostile_among_good,
        site(),
    ),
)
