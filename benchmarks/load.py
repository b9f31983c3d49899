"""What measuring takes of the CPU of a service that converts as fast as it can."""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import psutil

TURNS = 16
TURN_SECONDS = 5.0
SCRAPE = {"Accept": "application/openmetrics-text;version=1.0.0", "Accept-Encoding": "gzip"}


class Service:
    """A server on a free port."""

    def __init__(self, app: str, workspace: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", app, "--port", str(self.port)],
            cwd=Path(__file__).parents[1],
            env=os.environ | {"WORKSPACE_DIR": workspace, "LOG_LEVEL": "warning"},
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

    def cpu_seconds(self) -> float:
        """Of the service and all that it has started, those included that have ended."""
        us = psutil.Process(self.process.pid)
        return sum(sum(one.cpu_times()[:4]) for one in [us, *us.children(recursive=True)])

    def convert(self, archive: bytes, until: float) -> int:
        """Convert again and again; how often it was done."""
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


def turn(service: Service, archive: bytes, *, scraped: bool) -> float:
    """CPU milliseconds for a conversion, in one turn."""
    clients = os.cpu_count() or 1
    before = service.cpu_seconds()
    if scraped:
        service.client.get("/metrics", headers=SCRAPE).raise_for_status()
    until = time.monotonic() + TURN_SECONDS
    with ThreadPoolExecutor(clients) as pool:
        done = sum(pool.map(lambda _: service.convert(archive, until), range(clients)))
    return (service.cpu_seconds() - before) / done * 1000


def share_of_measuring(path: Path) -> None:
    """Print what conversions of an archive cost with and without all that measures."""
    archive = path.read_bytes()
    with ExitStack() as stack:
        measured = stack.enter_context(running("app.main:app"))
        unmeasured = stack.enter_context(running("benchmarks.unmeasured:app"))
        sides = {measured: True, unmeasured: False}
        costs: list[dict[bool, float]] = []
        for number in range(TURNS + 1):
            # Who goes first has the machine as the other one has left it.
            order = sides.items() if number % 2 else reversed(sides.items())
            costs.append({scraped: turn(one, archive, scraped=scraped) for one, scraped in order})
    pairs = [(cost[True], cost[False]) for cost in costs[1:]]  # the first turns warm both
    with_, without = (statistics.median(side) for side in zip(*pairs, strict=True))
    shares = sorted((one - other) / one * 100 for one, other in pairs)
    print(f"{path.name}: {with_:.2f} ms of CPU a conversion with, {without:.2f} without")
    quarter = len(shares) // 4
    print(
        f"share of measuring: median {statistics.median(shares):.2f} %, "
        f"half of the pairs between {shares[quarter]:.2f} and {shares[-1 - quarter]:.2f} %"
    )
