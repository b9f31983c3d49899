"""Faults of the objective that 99 % of conversions succeed: all fail, many fail, a few fail."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from math import ceil
from typing import Final

from monitoring.drill import archives
from monitoring.drill.faults.base import Fault
from monitoring.drill.faults.conversions import outside_converter
from monitoring.drill.stack import Stack
from monitoring.drill.traffic import repeated

_BROKEN: Final = "broken"

_FAILS: Final = """\
#!/bin/sh
[ "$1" = --help ]
"""
_FAILS_WHILE_BROKEN: Final = f"""\
#!/bin/sh
[ "$1" = --help ] && exit
[ ! -e "${{0%/*}}/{_BROKEN}" ] && mkdir -p output && echo '# Drill' > output/drill.md
"""

_MANY_ONE_IN: Final = 14
"""Over 6 %, but never enough for HighErrorRate (10 %) or the fast burn (14.4 %)."""

_FEW_ONE_IN: Final = 30
_FEW_OF: Final = 60
"""Over 1 % and under 6 %, of at least the 50 conversions that the alert requires."""


def _all_failing(stack: Stack) -> AbstractContextManager[None]:
    archive = archives.good()
    return repeated(lambda: stack.service.put(archive), every=0.25)


@contextmanager
def _many_failing(stack: Stack) -> Iterator[None]:
    numbers = count()
    for _ in range(_MANY_ONE_IN):
        _convert(stack, next(numbers), _MANY_ONE_IN)
    with repeated(lambda: _convert(stack, next(numbers), _MANY_ONE_IN), every=0.25):
        yield
    _mend(stack, next(numbers), _MANY_ONE_IN, share=0.05)


@contextmanager
def _few_failing(stack: Stack) -> Iterator[None]:
    for number in range(_FEW_OF):
        _convert(stack, number, _FEW_ONE_IN)
    yield
    _mend(stack, _FEW_OF, _FEW_ONE_IN, share=0.008)


def _convert(stack: Stack, number: int, one_in: int) -> None:
    """Send a good archive, the one of this number; the converter fails the first of every `one_in`.

    The first, not the last, so that at no time a smaller share has failed.
    """
    broken = stack.folder / _BROKEN
    if number % one_in == 0:
        broken.touch()
    try:
        stack.service.put(archives.good())
    finally:
        broken.unlink(missing_ok=True)


def _mend(stack: Stack, sent: int, one_in: int, share: float) -> None:
    """Send enough good archives for the failures to be no more than a share of all.

    Waiting until the failures are out of the rule's range would take hours for the slow burn, even
    shortened.
    """
    failed = ceil(sent / one_in)
    for _ in range(ceil(failed / share) - sent):
        stack.service.put(archives.good())


FAULTS: Final = (
    Fault(
        "ConversionErrorBudgetSlowBurn",
        f"the converter fails {_FEW_OF // _FEW_ONE_IN} of {_FEW_OF} conversions",
        _few_failing,
        outside_converter(_FAILS_WHILE_BROKEN),
        looks_back=0,  # its hours and days are for how long it goes on
    ),
    Fault(
        "ConversionErrorBudgetBurn",
        f"the converter fails one conversion in {_MANY_ONE_IN}",
        _many_failing,
        outside_converter(_FAILS_WHILE_BROKEN),
        looks_back=0,  # its hours are for how long it goes on
    ),
    Fault(
        "ConversionErrorBudgetFastBurn",
        "the converter fails every conversion",
        _all_failing,
        outside_converter(_FAILS),
        companions={
            "HighErrorRate": "each failed conversion is a failed request",
            "ConversionErrorBudgetBurn": "nothing is converted after the fault, so the last 30 "
            "minutes contain only failures",
        },
        looks_back=5 * 60,  # its hour is for how long it goes on
    ),
)
