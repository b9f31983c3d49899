"""How many conversions one client may send, counted in memory or in a Redis that replicas share."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import IPv4Address, IPv6Network
from itertools import islice
from typing import Final

import structlog
from limits import parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from app.core.deadline import in_time
from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.core.waiting import beside
from app.services.client_address import Address

STORE_TIMEOUT_SECONDS: Final = 0.25
"""What a store that hangs costs a request; one in the same network answers in a hundredth of it."""

ASKING_AT_ONCE: Final = 16
"""So many requests ask the store at once, and the others wait here, which does not count towards
STORE_TIMEOUT_SECONDS. Else a burst would time out, look like a store that failed, and be let
through."""

BACK_OFF_SECONDS: Final = 5.0
"""How long a store that failed is not asked, so that not each request waits for it."""

MAX_COUNTERS_IN_MEMORY: Final = 10_000
"""Beyond it the oldest are forgotten. They take 7 MiB, and the library looks through all of them
for each conversion: 1.4 ms then, of the event loop's time."""

_UNKNOWN: Final = "unknown"
"""Those without an address count as one."""

_NOBODY: Final = "nobody"
"""Who is counted to see whether the store counts: no client's address, and not `unknown`."""

_NOBODYS_LIMIT: Final = parse("1000000/minute")
"""Never reached at one each few seconds, so that each is written down: a store that refuses to
write still says who has come too often."""

log = structlog.get_logger()


class RateLimiter:
    """Counts by a sliding window: of two counters a client, whatever the limit.

    A moving window would be exact, and keep the time of each conversion of each client. A fixed one
    lets twice the limit through where two meet.

    It fails open, on purpose: a store that is gone must not stop conversions, which slots and
    queue bound anyway. That is logged once, and `rate_limiter_up` tells it.
    """

    def __init__(
        self,
        *,
        limit: str,
        store: str,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take a limit and a URL as the settings hold them; `clock` is for the back-off."""
        self._limit = parse(limit)
        self._store = _MemoryStore() if store.startswith("memory:") else _RedisStore(store)
        self._window = SlidingWindowCounterRateLimiter(self._store.storage)
        self._turns = asyncio.Semaphore(ASKING_AT_ONCE)
        self._clock = clock
        self._up = metrics.rate_limiter_up
        self._ask_again_at = 0.0
        self._tell(is_up=True)

    async def count(self, client: Address | None) -> None:
        """Count a conversion of this client.

        Raises ServiceError `rate_limited`, with the seconds after which another try makes sense; no
        exception if the store fails.
        """
        async with self._turns:
            retry_after = await self._ask_store(_subject(client)) if self._may_ask() else None
        if retry_after is not None:
            raise ServiceError(
                ErrorCode.RATE_LIMITED,
                f"One client may request at most {self._limit.amount} conversions in "
                f"{self._limit.get_expiry()} seconds.",
                limit=self._limit.amount,
                retry_after=retry_after,
            )

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look after the store now and then: without conversions nobody else would notice it."""
        try:
            async with beside("rate_limiter_watch", self._look_after()):
                yield
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connections to the store; `count` would open new ones."""
        await self._store.close()

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(BACK_OFF_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Count nobody, as a request counts its client: a store may answer and take no counts."""
        with self._watched():
            async with in_time(STORE_TIMEOUT_SECONDS):
                await self._window.hit(_NOBODYS_LIMIT, _NOBODY)

    def _may_ask(self) -> bool:
        """One request asks whether the store is back; those beside it do not wait for it."""
        if self._is_up:
            return True
        now = self._clock()
        if now < self._ask_again_at:
            return False
        self._ask_again_at = now + BACK_OFF_SECONDS
        return True

    async def _ask_store(self, subject: str) -> int | None:
        """As `_refused_for` says, and None also if the store fails: the limiter fails open."""
        retry_after = None
        with self._watched():
            async with in_time(STORE_TIMEOUT_SECONDS):
                retry_after = await self._refused_for(subject)
        return retry_after

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Tell whether the store does what the block asks of it; its failures end here."""
        try:
            yield
        except (StorageError, OSError, TimeoutError) as error:
            self._failed(error)
        else:
            self._answered()

    async def _refused_for(self, subject: str) -> int | None:
        """The whole seconds for which this subject is refused; None if it is not."""
        allowed = await self._window.hit(self._limit, subject)
        await self._store.trim()
        if allowed:
            return None
        stats = await self._window.get_window_stats(self._limit, subject)
        return max(1, math.ceil(stats.reset_time - time.time()))

    def _failed(self, error: Exception) -> None:
        self._ask_again_at = self._clock() + BACK_OFF_SECONDS
        if self._is_up:
            self._tell(is_up=False)
            # Its kind alone: what a client library says of a URL may hold the password.
            cause = error.storage_error if isinstance(error, StorageError) else error
            log.warning("rate_limiter_unavailable", reason=type(cause).__name__)

    def _tell(self, *, is_up: bool) -> None:
        self._is_up = is_up
        self._up.set(is_up)

    def _answered(self) -> None:
        if not self._is_up:
            self._tell(is_up=True)
            log.info("rate_limiter_recovered")


def _subject(client: Address | None) -> str:
    """What a client is counted as: of IPv6 its /64, since it owns all addresses in that."""
    if client is None:
        return _UNKNOWN
    if isinstance(client, IPv4Address):
        return str(client)
    return str(IPv6Network((client, 64), strict=False))


class _MemoryStore:
    """The library's, which drops what has expired and otherwise grows as clients come."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()

    async def trim(self) -> None:
        known = self.storage.expirations
        for key in list(islice(known, max(0, len(known) - MAX_COUNTERS_IN_MEMORY))):
            await self.storage.clear(key)

    async def close(self) -> None:
        """There is nothing to close."""


class _RedisStore:
    """A Redis, which drops what has expired; each command is tried once."""

    def __init__(self, url: str) -> None:
        self._pool: ConnectionPool = ConnectionPool.from_url(url, retry=Retry(NoBackoff(), 0))
        self.storage = RedisStorage(
            "redis://",  # the pool has the address
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="docc2context",
            connection_pool=self._pool,  # type: ignore[arg-type]  # passed on as it is
        )

    async def trim(self) -> None:
        """Redis has a bound of its own, `maxmemory`."""

    async def close(self) -> None:
        await self._pool.aclose()
