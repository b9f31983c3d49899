"""The share of measuring in the CPU time of a service that converts as fast as it can."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import psutil

from monitoring.programs import free_port

TURNS = 12
TURN_SECONDS = 5.0
SETTINGS = {"LOG_LEVEL": "warning", "RATE_LIMIT": "1000000/minute"}
"""All clients of the benchmark share one address: none of them may be refused."""
SCRAPE = {"Accept": "application/openmetrics-text;version=1.0.0", "Accept-Encoding": "gzip"}


class Service:
    """A server on a free port."""

    def __init__(self, app: str, workspace: str) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", app, "--port", str(self.port)],
            cwd=Path(__file__).parents[1],
            env=os.environ | SETTINGS | {"WORKSPACE_DIR": workspace},
            stderr=subprocess.DEVNULL,
        )
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)

    def wait(self) -> None:
        """Return when it answers."""
        while True:
            try:
                self.client.get("/health").raise_for_status()
            except httpx2.TransportError:
                time.sleep(0.1)
            else:
                return

    def cpu_seconds(self) -> tuple[float, float]:
        """Of the service itself, and with all that it has started, including what has ended."""
        us = psutil.Process(self.process.pid)
        everything = sum(sum(one.cpu_times()[:4]) for one in [us, *us.children(recursive=True)])
        return sum(us.cpu_times()[:2]), everything

    def convert(self, archive: bytes, until: float) -> int:
        """Convert again and again; return how many times."""
        done = 0
        while time.monotonic() < until:
            self.client.put("/api/v1/convert", content=archive).raise_for_status()
            done += 1
        return done


@contextmanager
def running(app: str) -> Iterator[Service]:
    with tempfile.TemporaryDirectory() as workspace:
        service = Service(app, workspace)
        try:
            service.wait()
            yield service
        finally:
            service.client.close()
            service.process.terminate()
            service.process.wait()


class Cost(NamedTuple):
    """CPU milliseconds per conversion: in the service itself, and in all."""

    service: float
    all: float


def turn(service: Service, archive: bytes, *, scraped: bool) -> Cost:
    """What a conversion costs, in one turn."""
    clients = os.cpu_count() or 1
    before = service.cpu_seconds()
    if scraped:
        service.client.get("/metrics", headers=SCRAPE).raise_for_status()
    until = time.monotonic() + TURN_SECONDS
    with ThreadPoolExecutor(clients) as pool:
        done = sum(pool.map(lambda _: service.convert(archive, until), range(clients)))
    after = service.cpu_seconds()
    return Cost(*((one - other) / done * 1000 for one, other in zip(after, before, strict=True)))


def share_of_measuring(path: Path) -> None:
    """Print what conversions of an archive cost with and without all measuring.

    Measuring runs in the service itself; its converters, whose cost varies more from turn to turn,
    only count in the total that the share is of.
    """
    archive = path.read_bytes()
    with ExitStack() as stack:
        measured = stack.enter_context(running("app.main:app"))
        unmeasured = stack.enter_context(running("benchmarks.unmeasured:app"))
        sides = {measured: True, unmeasured: False}
        costs: list[dict[bool, Cost]] = []
        for number in range(TURNS + 1):
            # The first one has the machine as the other one has left it.
            order = sides.items() if number % 2 else reversed(sides.items())
            costs.append({scraped: turn(one, archive, scraped=scraped) for one, scraped in order})
    pairs = [(cost[True], cost[False]) for cost in costs[1:]]  # the first turns warm both
    shares = sorted((one.service - other.service) / one.all * 100 for one, other in pairs)
    quarter = len(shares) // 4
    name = path.name.partition(".")[0]
    print(
        f"{name:18} {statistics.median(one.all for one, _ in pairs):6.1f} ms of CPU a conversion; "
        f"share of measuring: median {statistics.median(shares):.2f} %, half of the pairs between "
        f"{shares[quarter]:.2f} and {shares[-1 - quarter]:.2f} %"
    )
