"""Where the counts of the rate limiter are kept: in memory, or in a Redis that replicas share."""

from itertools import islice
from typing import Final

from limits.aio.storage import MemoryStorage, RedisStorage

MAX_COUNTERS_IN_MEMORY: Final = 10_000
"""Beyond it the oldest are forgotten. They take 7 MiB, and the library looks through all of them
for each conversion: 1.4 ms then, of the event loop's time."""


def store_of(url: str) -> "MemoryStore | RedisStore":
    """The store for a URL as the settings hold it."""
    return MemoryStore() if url.startswith("memory:") else RedisStore(url)


class MemoryStore:
    """The library's, which drops what has expired and otherwise grows as clients come."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()

    async def trim(self) -> None:
        known = self.storage.expirations
        for key in list(islice(known, max(0, len(known) - MAX_COUNTERS_IN_MEMORY))):
            await self.storage.clear(key)

    async def close(self) -> None:
        """There is nothing to close."""


class RedisStore:
    """A Redis, which drops what has expired; each command is tried once."""

    def __init__(self, url: str) -> None:
        from redis.asyncio import ConnectionPool  # noqa: PLC0415  # 6 MiB that few services need
        from redis.asyncio.retry import Retry  # noqa: PLC0415  # as above
        from redis.backoff import NoBackoff  # noqa: PLC0415  # as above

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
