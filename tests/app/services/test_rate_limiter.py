"""Counting conversions, and what happens while they cannot be counted."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_address

import pytest
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from structlog.testing import capture_logs

from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.services import rate_limit_stores
from app.services.rate_limiter import ASKING_AT_ONCE, STORE_TIMEOUT_SECONDS, RateLimiter
from tests.app.scrapes import value_of


def limiter(limit: str = "2/1000 days") -> RateLimiter:
    return RateLimiter(metrics=Metrics(), limit=limit, store="memory://")


async def outcomes(counting: RateLimiter, *clients: str | None) -> list[str]:
    """For each conversion `ok`, or the code of its refusal."""
    found = []
    for client in clients:
        try:
            await counting.count(None if client is None else ip_address(client))
            found.append("ok")
        except ServiceError as error:
            found.append(error.code.value)
    return found


def test_without_a_redis_its_client_takes_no_memory() -> None:
    program = (
        "import sys\n"
        "from app.services.rate_limit_stores import store_of\n"
        "store_of('memory://')\n"
        "sys.exit('redis' in sys.modules)\n"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_each_client_has_its_own_limit() -> None:
    clients = ["192.0.2.1"] * 3 + ["192.0.2.2"] * 3

    found = asyncio.run(outcomes(limiter(), *clients))

    assert found == ["ok", "ok", "rate_limited"] * 2


@pytest.mark.parametrize(
    ("clients", "third"),
    [
        (["2001:db8::1", "2001:db8::2", "2001:db8::ffff:0:0:3"], "rate_limited"),
        (["2001:db8::1", "2001:db8::2", "2001:db8:0:1::3"], "ok"),
        ([None, None, None], "rate_limited"),
    ],
)
def test_a_client_owns_a_64_and_those_without_an_address_are_one(
    clients: list[str | None], third: str
) -> None:
    assert asyncio.run(outcomes(limiter(), *clients)) == ["ok", "ok", third]


@pytest.mark.parametrize(("most", "said"), [(1, "1 conversion"), (2, "2 conversions")])
def test_a_refusal_says_how_many_and_when(most: int, said: str) -> None:
    async def one_more() -> None:
        counting = limiter(f"{most}/1000 days")
        for _ in range(most + 1):
            await counting.count(None)

    with pytest.raises(ServiceError) as raised:
        asyncio.run(one_more())

    assert raised.value.code is ErrorCode.RATE_LIMITED
    assert raised.value.detail == f"One client may request at most {said} in 86400000 s."
    assert raised.value.limit == most
    # When the window ends; the limits count their windows from 1970.
    left = 86_400_000 - time.time() % 86_400_000
    assert raised.value.retry_after == pytest.approx(left, abs=10)


@pytest.mark.parametrize(("now", "retry_after"), [(998.5, 2), (999.0, 1), (999.9, 1)])
def test_who_comes_back_when_told_does_not_come_too_early(
    monkeypatch: pytest.MonkeyPatch, now: float, retry_after: int
) -> None:
    monkeypatch.setattr(time, "time", lambda: now)

    async def second() -> None:
        counting = limiter("1/1000 seconds")
        for _ in range(2):
            await counting.count(None)

    with pytest.raises(ServiceError) as raised:
        asyncio.run(second())

    assert raised.value.retry_after == retry_after


def test_the_store_is_closed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = limiter()
    closed = []

    async def close() -> None:
        closed.append(True)

    async def scenario() -> list[bool]:
        async with counting.watched():
            return list(closed)

    monkeypatch.setattr(counting._store, "close", close)
    assert asyncio.run(scenario()) == []
    assert closed == [True]


def test_memory_keeps_no_more_counters_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit_stores, "MAX_COUNTERS_IN_MEMORY", 100)
    counting = limiter("1/1000 days")
    storage = counting._window.storage

    async def come() -> list[str]:
        for number in range(1000):
            await counting.count(ip_address(number))
        return await outcomes(counting, "0.0.3.231", "0.0.0.1")

    last, first = asyncio.run(come())

    assert (last, first) == ("rate_limited", "ok")
    assert isinstance(storage, MemoryStorage)
    assert len(storage.storage) == len(storage.expirations) == len(storage.locks) == 100


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_store_that_hangs_keeps_no_further_conversion_waiting(
    silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = Metrics()
    counting = RateLimiter(
        metrics=metrics, limit="1/1000 days", store=f"redis://:secret@127.0.0.1:{silent_port}"
    )
    asked = 0
    ask = counting._seconds_refused

    async def watched(subject: str) -> int | None:
        nonlocal asked
        asked += 1
        return await ask(subject)

    monkeypatch.setattr(counting, "_seconds_refused", watched)

    async def conversions() -> list[int]:
        found = []
        for together in (ASKING_AT_ONCE + 4, 3):
            await asyncio.gather(*(counting.count(None) for _ in range(together)))
            found.append(asked)
            await counting.probe()
        await counting.close()
        return found

    with capture_logs() as lines:
        assert asyncio.run(conversions()) == [ASKING_AT_ONCE, ASKING_AT_ONCE]

    assert lines == [
        {"event": "rate_limiter_unavailable", "reason": "TimeoutError", "log_level": "warning"}
    ]
    assert value_of(metrics, "rate_limiter_up") == 0


def test_a_burst_does_not_pass_for_a_failure_of_the_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each answer takes a third of the patience, and the last requests wait for four others."""
    monkeypatch.setattr("app.services.rate_limiter.STORE_TIMEOUT_SECONDS", 0.9)
    metrics = Metrics()
    asked = 0

    async def answer(*_: object) -> bool:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.3)
        return True

    monkeypatch.setattr(SlidingWindowCounterRateLimiter, "hit", answer)

    async def burst() -> None:
        counting = RateLimiter(metrics=metrics, limit="2/1000 days", store="memory://")
        await asyncio.gather(*(counting.count(None) for _ in range(5 * ASKING_AT_ONCE)))

    asyncio.run(burst())

    assert asked == 5 * ASKING_AT_ONCE
    assert value_of(metrics, "rate_limiter_up") == 1


def test_a_late_event_loop_does_not_pass_for_a_failure_of_the_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def up() -> float:
        metrics = Metrics()
        counting = RateLimiter(metrics=metrics, limit="2/1000 days", store="memory://")
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)

            async def answer(*_: object) -> bool:
                return await reader.readexactly(1) == b"1"

            monkeypatch.setattr(SlidingWindowCounterRateLimiter, "hit", answer)
            probe = asyncio.create_task(counting.probe())
            await asyncio.sleep(0)
            theirs.sendall(b"1")
            time.sleep(2 * STORE_TIMEOUT_SECONDS)  # noqa: ASYNC251  # it is what is tested
            await probe
            writer.close()
        return value_of(metrics, "rate_limiter_up")

    assert asyncio.run(up()) == 1


@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid"])
def test_a_store_that_is_not_there_lets_conversions_through(host: str) -> None:
    metrics = Metrics()
    counting = RateLimiter(metrics=metrics, limit="1/minute", store=f"redis://:secret@{host}")

    async def one() -> None:
        await counting.count(None)
        await counting.close()

    with capture_logs() as lines:
        asyncio.run(one())

    assert value_of(metrics, "rate_limiter_up") == 0
    assert [line["event"] for line in lines] == ["rate_limiter_unavailable"]
    assert "secret" not in str(lines)
