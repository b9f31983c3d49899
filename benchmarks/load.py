"""The share of measuring in the CPU time of a service that converts as fast as it can."""

import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import httpx2
import psutil

from benchmarks.service import Service, running

TURNS = 12
TURN_SECONDS = 5.0
SETTINGS = {"LOG_LEVEL": "warning", "RATE_LIMIT": "1000000/minute"}
"""All clients of the benchmark share one address: none of them may be refused."""
SCRAPE = {"Accept": "application/openmetrics-text;version=1.0.0", "Accept-Encoding": "gzip"}


class Cost(NamedTuple):
    """CPU milliseconds per conversion: in the service itself, and in all."""

    service: float
    all: float


class Pair(NamedTuple):
    """The costs of two turns, one after the other: with all measuring, and without any."""

    measured: Cost
    unmeasured: Cost

    @property
    def share(self) -> float:
        """What measuring takes of all, in percent.

        It runs in the service itself; the converters, whose cost varies more from turn to turn,
        only count in the total.
        """
        return (self.measured.service - self.unmeasured.service) / self.measured.all * 100


def share_of_measuring(path: Path) -> None:
    """Print what conversions of an archive cost, and the share of all measuring in it."""
    archive = path.read_bytes()
    with running(SETTINGS) as measured, running(SETTINGS, "benchmarks.unmeasured:app") as bare:
        pairs = [take_turns(measured, bare, archive, number) for number in range(TURNS + 1)]
    del pairs[0]  # it warms both
    shares = sorted(pair.share for pair in pairs)
    quarter = len(shares) // 4
    name = path.name.partition(".")[0]
    print(
        f"{name:18} {statistics.median(pair.measured.all for pair in pairs):6.1f} ms of CPU a "
        f"conversion; share of measuring: median {statistics.median(shares):.2f} %, half of the "
        f"pairs between {shares[quarter]:.2f} and {shares[-1 - quarter]:.2f} %"
    )


def take_turns(measured: Service, bare: Service, archive: bytes, number: int) -> Pair:
    """Both once; now one is first and now the other, which finds the machine as it was left."""
    if number % 2:
        with_measuring = turn(measured, archive, scraped=True)
        return Pair(with_measuring, turn(bare, archive, scraped=False))
    without = turn(bare, archive, scraped=False)
    return Pair(turn(measured, archive, scraped=True), without)


def turn(service: Service, archive: bytes, *, scraped: bool) -> Cost:
    """What a conversion costs, in one turn."""
    clients = os.cpu_count() or 1
    before = cpu_seconds(service)
    with httpx2.Client(base_url=service.url, timeout=60) as client:
        if scraped:
            client.get("/metrics", headers=SCRAPE).raise_for_status()
        until = time.monotonic() + TURN_SECONDS
        with ThreadPoolExecutor(clients) as pool:
            done = sum(pool.map(lambda _: convert(client, archive, until), range(clients)))
    after = cpu_seconds(service)
    return Cost(*((one - other) / done * 1000 for one, other in zip(after, before, strict=True)))


def convert(client: httpx2.Client, archive: bytes, until: float) -> int:
    """Convert again and again; return how many times."""
    done = 0
    while time.monotonic() < until:
        client.put("/api/v1/convert", content=archive).raise_for_status()
        done += 1
    return done


def cpu_seconds(service: Service) -> tuple[float, float]:
    """Of the service itself, and with all that it has started, including what has ended."""
    own = psutil.Process(service.pid)
    everything = sum(sum(one.cpu_times()[:4]) for one in [own, *own.children(recursive=True)])
    return sum(own.cpu_times()[:2]), everything
