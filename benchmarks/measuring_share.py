"""The share of measuring in the CPU time of a service that converts as fast as it can.

A service with all measuring, which is scraped, and one without any take turns.
"""

import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import httpx2
import psutil

from benchmarks.service import Service, running

PAIRS = 12
TURN_SECONDS = 5.0
"""A service is scraped once in a turn, and Prometheus does so every 5 s."""

SETTINGS = {"LOG_LEVEL": "warning", "RATE_LIMIT": "1000000/minute"}
"""All clients of the benchmark share one address: none of them may be refused."""

SCRAPE = {"Accept": "application/openmetrics-text;version=1.0.0", "Accept-Encoding": "gzip"}
"""The headers of a scrape, as Prometheus sends them."""


class CpuSeconds(NamedTuple):
    """Of the service's own process, and of it with all processes that it has started."""

    own: float
    all: float


class Pair(NamedTuple):
    """What a conversion costs in two turns, one after the other."""

    measured: CpuSeconds
    unmeasured: CpuSeconds

    @property
    def percent(self) -> float:
        """What measuring takes of all, in percent.

        It runs in the service itself; the converters, whose cost varies more from turn to turn,
        only count in the total.
        """
        return (self.measured.own - self.unmeasured.own) / self.measured.all * 100


def print_share_of_measuring(path: Path) -> None:
    """Print what conversions of an archive cost, and the share of all measuring in it."""
    archive = path.read_bytes()
    with running(SETTINGS) as measured, running(SETTINGS, "benchmarks.unmeasured:app") as bare:
        _warming, *pairs = [
            pair_of_turns(measured, bare, archive, measured_first=number % 2 == 1)
            for number in range(PAIRS + 1)
        ]
    shares = sorted(pair.percent for pair in pairs)
    quarter = len(shares) // 4
    name = path.name.partition(".")[0]
    milliseconds = statistics.median(pair.measured.all for pair in pairs) * 1000
    print(
        f"{name:18} {milliseconds:6.1f} ms of CPU a "
        f"conversion; share of measuring: median {statistics.median(shares):.2f} %, half of the "
        f"pairs between {shares[quarter]:.2f} and {shares[-1 - quarter]:.2f} %"
    )


def pair_of_turns(
    measured: Service, bare: Service, archive: bytes, *, measured_first: bool
) -> Pair:
    """One turn each. Which is first alternates: the second finds the machine as that left it."""
    if measured_first:
        with_measuring = turn(measured, archive, scraped=True)
        return Pair(with_measuring, turn(bare, archive, scraped=False))
    without = turn(bare, archive, scraped=False)
    return Pair(turn(measured, archive, scraped=True), without)


def turn(service: Service, archive: bytes, *, scraped: bool) -> CpuSeconds:
    """What a conversion costs, while there is a client for each CPU."""
    clients = os.cpu_count() or 1
    before = cpu_seconds(service)
    with httpx2.Client(base_url=service.url, timeout=60) as client:
        if scraped:
            client.get("/metrics", headers=SCRAPE).raise_for_status()
        until = time.monotonic() + TURN_SECONDS
        with ThreadPoolExecutor(clients) as pool:
            done = sum(pool.map(lambda _: convert(client, archive, until), range(clients)))
    after = cpu_seconds(service)
    return CpuSeconds((after.own - before.own) / done, (after.all - before.all) / done)


def convert(client: httpx2.Client, archive: bytes, until: float) -> int:
    """Convert again and again; return how many times."""
    done = 0
    while time.monotonic() < until:
        client.put("/api/v1/convert", content=archive).raise_for_status()
        done += 1
    return done


def cpu_seconds(service: Service) -> CpuSeconds:
    """What it has used so far, including what has ended."""
    own = psutil.Process(service.pid)
    everything = sum(sum(one.cpu_times()[:4]) for one in [own, *own.children(recursive=True)])
    return CpuSeconds(sum(own.cpu_times()[:2]), everything)
