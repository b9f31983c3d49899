"""The rate limit as clients meet it: real servers, and a real Redis between them."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from redis.asyncio import Redis as Client
from structlog.testing import capture_logs

from app.core.errors import ServiceError
from app.core.metrics import Metrics
from app.services.rate_limiter import RateLimiter
from monitoring.programs import free_port
from tests.app.archives import doccarchive
from tests.app.scrapes import moved, scrape, value_of
from tests.app.serving import (
    CONVERT,
    DEADLINE_SECONDS,
    NEEDS_PROC,
    ROOT,
    Server,
    environment,
    eventually,
    problem,
)

pytestmark = NEEDS_PROC

Start = Callable[..., Server]

ARCHIVE = doccarchive("Foo")
# So long a time that no test meets its end.
TWO = {"RATE_LIMIT": "2/1000 days", "RATE_LIMIT_ENABLED": "true"}
LONGEST_SECONDS = 1000 * 86_400


def statuses(server: Server, times: int, **headers: str) -> list[int]:
    return [server.put(ARCHIVE, **headers).status_code for _ in range(times)]


def refusals(server: Server) -> list[dict[str, Any]]:
    """The lines of refused requests; there has to be one, which is written after its answer."""

    def found() -> list[dict[str, Any]]:
        return [line for line in server.events("request_finished") if line["status"] == 429]

    eventually(found, "the refusal is logged")
    return found()


def test_the_third_of_two_is_told_when_to_come_back(start_server: Start) -> None:
    server = start_server(**TWO)

    assert [server.put(ARCHIVE).status_code, server.post(ARCHIVE).status_code] == [200, 200]
    refused = server.put(ARCHIVE)

    told = problem(refused)
    assert (told["code"], told["limit"]) == ("rate_limited", 2)
    assert 1 <= int(refused.headers["Retry-After"]) <= LONGEST_SECONDS
    (line,) = refusals(server)
    assert (line["route"], line["code"]) == (CONVERT, "rate_limited")


def test_a_refusal_does_not_wait_for_the_upload(start_server: Start) -> None:
    server = start_server(**TWO)
    statuses(server, 2)

    head = f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Length: 200000000\r\n\r\n"
    with server.send(head.encode()) as connection:
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 429 ")
    assert b"\r\nretry-after: " in answer.lower()
    (line,) = refusals(server)
    assert line["request_bytes"] == 0


def test_a_browser_is_told_so_on_a_page(start_server: Start) -> None:
    server = start_server(**TWO)
    statuses(server, 2)

    response = server.post(ARCHIVE, Accept="text/html,*/*;q=0.8")

    assert response.status_code == 429
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "This client has requested too many conversions" in response.text


def test_nothing_but_uploads_is_counted(start_server: Start) -> None:
    server = start_server(**TWO)
    for path in ("/", "/health", "/health/ready", "/api/v1/health", CONVERT):
        for _ in range(3):
            assert server.client.get(path).status_code == (405 if path == CONVERT else 200)

    assert statuses(server, 3) == [200, 200, 429]


def test_a_rate_limit_that_is_switched_off_refuses_nobody(start_server: Start) -> None:
    server = start_server(RATE_LIMIT="1/1000 days", RATE_LIMIT_ENABLED="no")

    assert statuses(server, 3) == [200, 200, 200]


UVICORN_BELIEVES = [(), ("--no-proxy-headers",), ("--forwarded-allow-ips", "*"), ("--http", "h11")]


@pytest.mark.parametrize("options", [*UVICORN_BELIEVES, ("--log-level", "trace")])
def test_nobody_gets_another_limit_by_a_header(start_server: Start, options: list[str]) -> None:
    server = start_server(*options, **TWO)

    forged = ["192.0.2.1", "192.0.2.2:567", "[2001:db8::1]:80", "nonsense"]
    found = [server.put(ARCHIVE, **{"X-Forwarded-For": one}).status_code for one in forged]

    assert found == [200, 200, 429, 429]


def test_a_path_that_is_not_quite_equal_counts_if_it_leads_there(start_server: Start) -> None:
    server = start_server(**TWO)

    paths = [CONVERT, f"{CONVERT}%0A", f"{CONVERT}%0A", f"/{CONVERT}"]
    found = [server.client.put(path, content=ARCHIVE).status_code for path in paths]

    assert found == [200, 200, 429, 404]


@pytest.mark.parametrize("options", UVICORN_BELIEVES)
def test_clients_behind_a_trusted_proxy_have_limits_of_their_own(
    start_server: Start, options: list[str]
) -> None:
    server = start_server(*options, **TWO, TRUSTED_PROXIES="127.0.0.1")

    assert statuses(server, 3, **{"X-Forwarded-For": "192.0.2.1"}) == [200, 200, 429]
    assert statuses(server, 3, **{"X-Forwarded-For": "192.0.2.2"}) == [200, 200, 429]
    assert statuses(server, 1, **{"X-Forwarded-For": "192.0.2.3, 192.0.2.1"}) == [429]
    lines = [("X-Forwarded-For", "192.0.2.3"), ("X-Forwarded-For", "192.0.2.1")]
    assert server.client.put(CONVERT, content=ARCHIVE, headers=lines).status_code == 429


@pytest.mark.parametrize("options", [(), ("--forwarded-allow-ips", "*")])
def test_on_a_unix_socket_all_are_one_client(tmp_path: Path, options: tuple[str, ...]) -> None:
    path = tmp_path / "socket"
    settings = environment(**TWO, WORKSPACE_DIR=tmp_path, TRUSTED_PROXIES="127.0.0.1,192.0.2.0/24")
    with subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app.main:app", "--uds", str(path), *options],
        cwd=ROOT,
        env=os.environ | settings,
        stderr=subprocess.DEVNULL,
    ) as process:
        eventually(path.exists, "the server listens")
        with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(path))) as client:
            found = [
                client.put(f"http://x{CONVERT}", content=ARCHIVE, headers=headers).status_code
                for headers in ({}, {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "::1"})
            ]
        process.terminate()

    assert found == [200, 200, 429]


class Redis:
    """`redis-server` on a free port of the loopback, ended by its process id."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://:hush@127.0.0.1:{self.port}/1"
        self._folder = folder
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *("redis-server", "--bind", "127.0.0.1", "--port", str(self.port)),
                *("--save", "", "--requirepass", "hush", "--dir", str(self._folder)),
            ],
            stdout=subprocess.DEVNULL,
        )
        eventually(self._accepts, "Redis accepts connections")

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    async def told(self, *command: str | bytes) -> Any:
        async with Client.from_url(self.url) as client:
            return await client.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py does not type it

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(DEADLINE_SECONDS)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("SKIPPED: redis-server is not installed")
    server = Redis(tmp_path)
    yield server
    server.kill()


def names(server: Server) -> list[str]:
    """What the server has said of its limiter."""
    kinds = ("rate_limiter_unavailable", "rate_limiter_recovered")
    return [kind for kind in kinds for _ in server.events(kind)]


def test_two_services_with_one_redis_share_one_limit(start_server: Start, redis: Redis) -> None:
    one, other = (start_server(**TWO, RATE_LIMIT_STORE=redis.url) for _ in range(2))

    assert [statuses(server, 1)[0] for server in (one, other, one, other)] == [200, 200, 429, 429]
    assert 1 <= int(one.put(ARCHIVE).headers["Retry-After"]) <= LONGEST_SECONDS
    assert names(one) == names(other) == []


def test_keys_in_redis_are_known_by_their_beginning_and_expire(redis: Redis) -> None:
    async def lifetimes() -> dict[bytes, int]:
        limiter = RateLimiter(metrics=Metrics(), limit="2/minute", store=redis.url)
        await limiter.count(None)
        await limiter.probe()
        await limiter.close()
        return {key: await redis.told("TTL", key) for key in await redis.told("KEYS", "*")}

    found = asyncio.run(lifetimes())

    assert [key.partition(b":")[0] for key in found] == [b"docc2context"] * 2
    assert all(0 < seconds <= 120 for seconds in found.values())


def test_redis_counts_each_request_of_a_burst(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more patience: a machine may hold Redis up for a second, which would let some pass."""
    monkeypatch.setattr("app.services.rate_limiter.STORE_TIMEOUT_SECONDS", 30.0)

    async def burst() -> list[BaseException | None]:
        limiter = RateLimiter(metrics=Metrics(), limit=TWO["RATE_LIMIT"], store=redis.url)
        found = await asyncio.gather(
            *(limiter.count(None) for _ in range(2000)), return_exceptions=True
        )
        await limiter.close()
        return found

    found = asyncio.run(burst())

    assert [type(one) for one in found if one is not None] == [ServiceError] * 1998


def test_without_its_redis_it_lets_through_until_that_is_back(
    start_server: Start, redis: Redis
) -> None:
    server = start_server(**TWO, RATE_LIMIT_STORE=redis.url)
    assert statuses(server, 3) == [200, 200, 429]

    redis.kill()
    assert statuses(server, 4) == [200] * 4
    assert names(server) == ["rate_limiter_unavailable"]

    redis.start()
    eventually(lambda: 429 in statuses(server, 1), "it counts again")
    assert names(server) == ["rate_limiter_unavailable", "rate_limiter_recovered"]
    assert "hush" not in server.log.read_text()


def test_the_metrics_tell_of_a_redis_that_is_gone_and_back_without_any_upload(
    start_server: Start, redis: Redis
) -> None:
    server = start_server(**TWO, RATE_LIMIT_STORE=redis.url)

    def up() -> float:
        return scrape(server.client)["rate_limiter_up"]

    assert up() == 1
    redis.kill()
    eventually(lambda: up() == 0, "its end is noticed")
    redis.start()
    eventually(lambda: up() == 1, "its return is noticed")
    assert names(server) == ["rate_limiter_unavailable", "rate_limiter_recovered"]


@pytest.mark.parametrize(
    ("refuse", "allow"),
    [
        (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
        (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")),
    ],
)
def test_a_redis_that_answers_and_refuses_to_write_is_down_until_it_writes(
    redis: Redis, refuse: tuple[str, ...], allow: tuple[str, ...]
) -> None:
    async def scenario() -> None:
        metrics = Metrics()
        limiter = RateLimiter(metrics=metrics, limit=TWO["RATE_LIMIT"], store=redis.url)
        for _ in range(3):
            await limiter.probe()
        assert value_of(metrics, "rate_limiter_up") == 1

        await redis.told(*refuse)
        for _ in range(3):
            await limiter.probe()
            assert value_of(metrics, "rate_limiter_up") == 0
        await redis.told(*allow)
        await limiter.probe()
        assert value_of(metrics, "rate_limiter_up") == 1
        await limiter.close()

    with capture_logs() as lines:
        asyncio.run(scenario())

    assert [line["event"] for line in lines] == [
        "rate_limiter_unavailable",
        "rate_limiter_recovered",
    ]


def test_a_redis_that_hangs_does_not_keep_the_service_from_stopping(
    start_server: Start, redis: Redis
) -> None:
    server = start_server(**TWO, RATE_LIMIT_STORE=redis.url)
    assert statuses(server, 1) == [200]

    redis.process.send_signal(signal.SIGSTOP)
    try:
        eventually(lambda: names(server), "it is looked for")
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(DEADLINE_SECONDS)
    finally:
        redis.process.send_signal(signal.SIGCONT)


def test_each_refusal_is_counted(start_server: Start) -> None:
    server = start_server(**TWO)
    before = scrape(server.client)

    assert statuses(server, 4) == [200, 200, 429, 429]

    counted = f'rate_limit_rejections_total{{endpoint="{CONVERT}"}}'
    eventually(lambda: moved(before, scrape(server.client)).get(counted) == 2, "both are counted")


def test_a_redis_that_hangs_does_not_stop_conversions(start_server: Start, redis: Redis) -> None:
    server = start_server(**TWO, RATE_LIMIT_STORE=redis.url)
    assert statuses(server, 1) == [200]

    redis.process.send_signal(signal.SIGSTOP)
    try:
        assert statuses(server, 4) == [200] * 4
    finally:
        redis.process.send_signal(signal.SIGCONT)

    assert [line["reason"] for line in server.events("rate_limiter_unavailable")] == [
        "TimeoutError"
    ]
    eventually(lambda: 429 in statuses(server, 1), "it counts again")
    assert len(server.events("rate_limiter_recovered")) == 1


def test_a_wrong_password_is_neither_shown_nor_in_the_way(
    start_server: Start, redis: Redis
) -> None:
    server = start_server(**TWO, RATE_LIMIT_STORE=redis.url.replace("hush", "tattle"))

    assert statuses(server, 3) == [200, 200, 200]
    (line,) = server.events("rate_limiter_unavailable")
    assert line["reason"] == "AuthenticationError"
    assert "tattle" not in server.log.read_text()
