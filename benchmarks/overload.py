"""Four times what the slots can serve, for a minute, client and service on the same CPUs.

    python -m benchmarks.overload ARCHIVE [SECONDS]

First, as many clients as there are slots keep them busy, each with one conversion at a time: that
is what the service can serve. Then requests come at four times that rate, whether earlier ones are
answered or not. How long a conversion took is taken from the service's log; how long a request
took, from the client. Exits with 1 if one of the promises that it prints does not hold.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

import psutil

from benchmarks.service import Service, running

CALM_SECONDS = 10.0
FACTOR = 4
SLOTS = len(os.sched_getaffinity(0))
QUEUE_WAIT_SECONDS = 10.0
SETTINGS = {
    "CONVERSION_SLOTS": SLOTS,
    "CONVERSION_QUEUE_WAIT_SECONDS": QUEUE_WAIT_SECONDS,
    "RATE_LIMIT_ENABLED": False,
}


@dataclass(frozen=True)
class Answer:
    """What a client got, and how long it took in seconds."""

    status: int
    retry_after: bool
    seconds: float


class Promise(NamedTuple):
    """What the service promises, with what was seen of it, and whether it has kept that."""

    words: str
    kept: bool


def conversion_seconds(service: Service) -> list[float]:
    """How long each successful conversion has taken, by the service's log."""
    events = map(json.loads, service.log.read_text().splitlines())
    return [one["seconds"] for one in events if one.get("outcome") == "success"]


def memory_mib(service: Service) -> float:
    """The resident memory of the service's own process."""
    return psutil.Process(service.pid).memory_info().rss / 1024**2


async def ask(port: int, request: bytes) -> Answer:
    """Send a conversion over its own connection and read the answer to its end."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.read()
        status = int(head.split(maxsplit=2)[1])
        return Answer(status, b"\nretry-after:" in head, time.monotonic() - began)
    finally:
        writer.close()


async def calm(port: int, request: bytes) -> int:
    """Keep the slots busy for a while; return the number of conversions."""
    end = time.monotonic() + CALM_SECONDS

    async def client() -> int:
        count = 0
        while time.monotonic() < end:
            count += (await ask(port, request)).status == 200
        return count

    return sum(await asyncio.gather(*(client() for _ in range(SLOTS))))


async def storm(
    service: Service, request: bytes, rate: float, seconds: float
) -> tuple[list[Answer], list[float]]:
    """Send requests at a rate; return the answers, and the service's memory each second."""
    began = time.monotonic()
    clients: list[asyncio.Task[Answer]] = []
    memory: list[float] = []
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        clients.append(asyncio.create_task(ask(service.port, request)))
        if time.monotonic() - began >= len(memory) + 1:
            memory.append(memory_mib(service))
    return await asyncio.gather(*clients), memory


def p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


def promises(
    calm_seconds: Sequence[float],
    storm_seconds: Sequence[float],
    answers: Sequence[Answer],
    memory: Sequence[float],
) -> list[Promise]:
    """What must hold in the storm, by how long conversions took in the calm and in the storm."""
    served = [answer.seconds for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status != 200]
    calm, busy, whole = p95(calm_seconds), p95(storm_seconds), p95(served)
    early, late = max(memory[: len(memory) // 3]), max(memory[-len(memory) // 3 :])
    return [
        Promise(
            f"a conversion takes {busy:.2f} s at p95, {SLOTS} at once {calm:.2f}: "
            f"{busy / calm:.1f} times, at most 3",
            kept=busy <= 3 * calm,
        ),
        Promise(
            f"a request takes {whole:.2f} s at p95, at most {3 * calm:.2f} and the wait of "
            f"{QUEUE_WAIT_SECONDS:g}",
            kept=whole <= 3 * calm + QUEUE_WAIT_SECONDS,
        ),
        Promise(
            "all others are answered 503 or 429 with Retry-After",
            kept=all(one.status in {503, 429} and one.retry_after for one in refused),
        ),
        Promise(
            f"memory of the service is {early:.0f} MiB at most in the first third and "
            f"{late:.0f} in the last",
            kept=late <= 1.1 * early,
        ),
    ]


def main(archive: Path, seconds: float) -> bool:
    """Measure, and print; return whether all promises were kept."""
    data = archive.read_bytes()
    head = (
        "PUT /api/v1/convert HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Length: {len(data)}\r\n\r\n"
    )
    request = head.encode() + data
    with running(SETTINGS) as service:
        rate = asyncio.run(calm(service.port, request)) / CALM_SECONDS
        calm_seconds = conversion_seconds(service)
        print(f"{archive.name}: {rate:.1f} conversions a second by {SLOTS} slots")
        print(f"{FACTOR} times as many for {seconds:g} s")
        answers, memory = asyncio.run(storm(service, request, FACTOR * rate, seconds))
        storm_seconds = conversion_seconds(service)[len(calm_seconds) :]
    statuses = Counter(answer.status for answer in answers)
    print(f"{len(answers)} requests: {dict(sorted(statuses.items()))}")
    found = promises(calm_seconds, storm_seconds, answers, memory)
    for promise in found:
        print(f"{'kept  ' if promise.kept else 'BROKEN'}  {promise.words}")
    return all(promise.kept for promise in found)


if __name__ == "__main__":
    all_kept = main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 60.0)
    sys.exit(0 if all_kept else 1)
