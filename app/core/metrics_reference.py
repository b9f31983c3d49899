"""Writes DOCS/METRICS.md: `python -m app.core.metrics_reference > DOCS/METRICS.md`."""

import math
import sys
from collections.abc import Iterable, Iterator
from typing import Final

from app.core.declaration import Label
from app.core.metrics import declarations
from app.core.resource_figures import FIGURES

_HEAD: Final = """\
# Metrics

Every metric of `GET /metrics`. `make reference` generates this file from the code; a test \
compares them.

A counter or histogram starts at 0 for every value of a closed set of labels, so that a rate over \
it does not miss the first event. Label values are never paths or words of an upload. Besides the \
metrics below there are the standard ones of a Python process: `process_cpu_seconds_total`, \
`process_resident_memory_bytes`, `process_start_time_seconds` and the other `process_*`, \
`python_info` and `python_gc_*`. They are about the service's own process, without its converters.
"""

_RESOURCES: Final = """\
## Resources

A thread of its own reads these every 5 seconds: for the container, from control groups (version \
2, otherwise 1); without a container, for the service's processes. What the system does not \
report has no series. A source that fails is logged once, as `resource_unreadable`; its figures \
are then missing, and `docc2context_resources_last_success_timestamp_seconds` stops advancing.
"""

_LABELS: Final = """\
## Labels
"""

_BUCKETS: Final = """\
## Buckets

They include those of the requirement document, and no histogram has more than 14 finite ones.
"""

Row = tuple[str, ...]


def reference() -> str:
    """The whole document."""
    return "\n".join(
        [
            _HEAD,
            _table(("metric", "type", "unit", "labels", "meaning"), _metrics()),
            _RESOURCES,
            _table(("metric", "type", "unit", "labels", "meaning"), _resources()),
            _LABELS,
            _table(("metric", "label", "meaning", "values"), _labels()),
            _BUCKETS,
            _table(("metric", "upper bounds", "reason"), _buckets()),
        ]
    )


def _metrics() -> Iterator[Row]:
    for one in declarations():
        yield _row(one.name, one.kind.__name__.lower(), one.unit, one.labels, one.help)


def _resources() -> Iterator[Row]:
    for one in FIGURES:
        yield _row(one.name, one.type, one.unit, one.labels, one.help)


def _row(name: str, kind: str, unit: str, labels: Iterable[Label], meaning: str) -> Row:
    return f"`{name}`", kind, unit, _codes(label.name for label in labels), meaning


def _labels() -> Iterator[Row]:
    for one in [*declarations(), *FIGURES]:
        for label in one.labels:
            values = _codes(label.values)
            yield f"`{one.name}`", f"`{label.name}`", label.meaning, values


def _buckets() -> Iterator[Row]:
    for one in declarations():
        if one.buckets is not None:
            bounds = ", ".join(_bound(bound, one.unit) for bound in one.buckets.bounds)
            yield f"`{one.name}`", bounds, one.buckets.reason


def _bound(value: float, unit: str) -> str:
    """A bound, for people to read.

    >>> _bound(262144, "bytes")
    '256 KiB'
    """
    if unit != "bytes":
        return f"{value:g}"
    power = int(math.log2(value) // 10)
    return f"{value / 1024**power:g} {('bytes', 'KiB', 'MiB', 'GiB')[power]}"


def _codes(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _table(head: Row, rows: Iterable[Row]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(reference())
