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


def promise(words: str, *, kept: bool) -> bool:
    print(f"{'kept  ' if kept else 'BROKEN'}  {words}")
    return kept


def report(
    calm_seconds: list[float],
    conversions: list[float],
    answers: list[Answer],
    memory: list[float],
) -> bool:
    """Print what was seen; return whether all promises were kept."""
    statuses = Counter(answer.status for answer in answers)
    served = [answer.seconds for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status != 200]
    before, during, whole = p95(calm_seconds), p95(conversions), p95(served)
    early, late = max(memory[: len(memory) // 3]), max(memory[-len(memory) // 3 :])
    print(f"{len(answers)} requests: {dict(sorted(statuses.items()))}")
    return all(
        [
            promise(
                f"a conversion takes {during:.2f} s at p95, {SLOTS} at once {before:.2f}: "
                f"{during / before:.1f} times, at most 3",
                kept=during <= 3 * before,
            ),
            promise(
                f"a request takes {whole:.2f} s at p95, at most {3 * before:.2f} and the wait of "
                f"{QUEUE_WAIT_SECONDS:g}",
                kept=whole <= 3 * before + QUEUE_WAIT_SECONDS,
            ),
            promise(
                "all others are answered 503 or 429 with Retry-After",
                kept=all(one.status in {503, 429} and one.retry_after for one in refused),
            ),
            promise(
                f"memory of the service is {early:.0f} MiB at most in the first third and "
                f"{late:.0f} in the last",
                kept=late <= 1.1 * early,
            ),
        ]
    )


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
        before = conversion_seconds(service)
        print(f"{archive.name}: {rate:.1f} conversions a second by {SLOTS} slots")
        print(f"{FACTOR} times as many for {seconds:g} s")
        answers, memory = asyncio.run(storm(service, request, FACTOR * rate, seconds))
        after = conversion_seconds(service)[len(before) :]
    return report(before, after, answers, memory)


if __name__ == "__main__":
    kept = main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 60.0)
    sys.exit(0 if kept else 1)
