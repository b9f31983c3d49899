"""The fault of Prometheus's own storage: it is nearly at its limit."""

import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from monitoring.drill.faults.base import Fault
from monitoring.drill.site import Site
from monitoring.drill.stack import Stack
from monitoring.programs import installed

_STORED: Final = "stored"
_SERIES: Final = 50
_SAMPLES: Final = 60_000
"""Per series: 23 MB in all, so that the room left by the limit holds a whole drill's log."""

_SHARE: Final = 0.82
"""The share of the limit; the alert fires above 80 %."""

_BLOCK_SECONDS: Final = 7200
_LOOK_SECONDS: Final = 75.0
"""Prometheus looks for blocks every minute, which no option shortens."""


@contextmanager
def _limited(folder: Path) -> Iterator[Site]:
    stored = folder / _STORED
    series = folder / "series.txt"
    _write_series(series)
    # It comes with Prometheus, in the same package.
    promtool = installed("promtool", package="prometheus")
    make = (promtool, "tsdb", "create-blocks-from", "openmetrics", str(series), str(stored))
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    size = sum(file.stat().st_size for file in stored.rglob("*") if file.is_file())
    yield Site(prometheus_flags=(f"--storage.tsdb.retention.size={int(size / _SHARE)}B",))


def _write_series(file: Path) -> None:
    """Write series of a past block's time, with values that can hardly be compressed."""
    values = random.Random(0)  # noqa: S311  # not a secret
    start = (int(time.time()) // _BLOCK_SECONDS - 2) * _BLOCK_SECONDS
    times = [start + number * _BLOCK_SECONDS / _SAMPLES for number in range(_SAMPLES)]
    with file.open("w") as text:
        text.write("# TYPE drill_stored gauge\n")
        for series in range(_SERIES):
            text.writelines(
                f'drill_stored{{series="{series}"}} {values.random()} {at:.3f}\n' for at in times
            )
        text.write("# EOF\n")


@contextmanager
def _stored(stack: Stack) -> Iterator[None]:
    (block,) = (stack.folder / _STORED).iterdir()
    inside = stack.prometheus.data / block.name
    block.rename(inside)
    try:
        _wait_until(stack, "prometheus_tsdb_storage_blocks_bytes > 0")
        yield
    finally:
        inside.rename(block)
    _wait_until(stack, "prometheus_tsdb_storage_blocks_bytes == 0")


def _wait_until(stack: Stack, expression: str) -> None:
    stack.patience.until(
        lambda: bool(stack.api.query(expression)), _LOOK_SECONDS, f"Prometheus sees {expression}"
    )


FAULTS: Final = (
    Fault(
        "PrometheusStorageNearLimit",
        f"a block of data that takes up {100 * _SHARE:.0f} % of Prometheus's limit is put into "
        "its storage",
        _stored,
        _limited,
    ),
)
