"""Faults of what the service reports: a label has endless values."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from monitoring.drill import harm
from monitoring.drill.faults.base import Fault
from monitoring.drill.stack import Stack

_MANY: Final = 3500
_TOO_MANY: Final = 7500
"""With the usual 550 to 850 samples, these are over SeriesExplosion's 4,000, and over Prometheus's
limit of 8,000. Not by much: a scrape must be made and read within its shortened time."""


@contextmanager
def _labelled(stack: Stack, values: int) -> Iterator[None]:
    _label(stack, values)
    try:
        yield
    finally:
        _label(stack, 0)


def _label(stack: Stack, values: int) -> None:
    answer = stack.service.client.get(harm.LABEL, params={"values": values})
    answer.raise_for_status()


FAULTS: Final = (
    Fault(
        "PrometheusSampleLimitHit",
        f"a label has {_TOO_MANY} values",
        lambda stack: _labelled(stack, _TOO_MANY),
        companions={"ServiceDown": "a dropped scrape counts as a failed one"},
    ),
    Fault("SeriesExplosion", f"a label has {_MANY} values", lambda stack: _labelled(stack, _MANY)),
)
