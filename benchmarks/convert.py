"""What converting costs compared with the least that any converter must do, in one run.

    python -m benchmarks.convert ARCHIVE…

The floor is: read every page with `zipfile`, parse it with `orjson`, and deflate the same output
through `zipfile`. Both are repeated in turn and the best of each counts, because disturbances only
ever add to a measurement. Peak memory is that of a process that does one conversion.
"""

import io
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

import docc2context

ROUNDS = 7
"""How often each is repeated."""

_PAGE = re.compile(r"^(?!__MACOSX/).*?(?:^|/)data/.*\.json$")


def convert(archive: Path) -> bytes:
    bundle = io.BytesIO()
    docc2context.convert(archive, bundle)
    return bundle.getvalue()


def floor(archive: Path, output: Sequence[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(archive) as source:
        for name in filter(_PAGE.match, source.namelist()):
            try:
                orjson.loads(source.read(name))
            except orjson.JSONDecodeError:
                continue
    with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in output:
            bundle.writestr(name, data)


def cpu_seconds(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def peak_megabytes(archive: Path) -> float:
    """Peak memory of a process that does one conversion.

    By `VmHWM` (proc_pid_status(5)): `ru_maxrss` begins at what the process that started it had.
    """
    script = (
        "import io, re, sys, docc2context;"
        "docc2context.convert(sys.argv[1], io.BytesIO());"
        r"print(re.search(r'VmHWM:\s+(\d+) kB', open('/proc/self/status').read())[1])"
    )
    command = [sys.executable, "-c", script, str(archive)]
    kibibytes = subprocess.run(command, check=True, capture_output=True).stdout
    return float(kibibytes) * 1024 / 1e6


class Cost(NamedTuple):
    """CPU seconds of our conversion and of the floor, for all pages."""

    pages: int
    ours: float
    floor: float


def measure(archive: Path) -> Cost:
    with zipfile.ZipFile(io.BytesIO(convert(archive))) as bundle:
        output = [(name, bundle.read(name)) for name in bundle.namelist()]
    pages = sum(name.endswith(".md") for name, _ in output)
    times = [
        (cpu_seconds(lambda: convert(archive)), cpu_seconds(lambda: floor(archive, output)))
        for _ in range(ROUNDS)
    ]
    ours, least = (min(column) for column in zip(*times, strict=True))
    return Cost(pages, ours, least)


def line(archive: Path) -> str:
    """A line of the table."""
    pages, ours, least = measure(archive)
    name = archive.name.partition(".")[0]
    return (
        f"{name:20} {pages:6} {ours / pages * 1e6:9.0f} {least / pages * 1e6:9.0f} "
        f"{pages / ours:9.0f} {ours / least:6.2f} {peak_megabytes(archive):8.0f}"
    )


def main(archives: Sequence[str]) -> None:
    head = ("archive", "pages", "µs a page", "floor", "pages/s", "ratio", "peak MB")
    print("{:20} {:>6} {:>9} {:>9} {:>9} {:>6} {:>8}".format(*head))
    for archive in archives:
        print(line(Path(archive)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
