"""How many conversions one client may send, counted in memory or in a Redis that replicas share."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import IPv4Address, IPv6Network
from typing import Final

import structlog
from limits import parse
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from app.core.background import background_task
from app.core.deadline import in_time
from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.services.client_address import Address
from app.services.rate_limit_stores import store_of
from docc2context.wording import counted

STORE_TIMEOUT_SECONDS: Final = 0.25
"""What a store that hangs costs a request; one in the same network answers in a hundredth of it."""

ASKING_AT_ONCE: Final = 16
"""How many requests ask the store at once. The others wait here, which does not count towards
STORE_TIMEOUT_SECONDS: otherwise a burst would time out, look like a store that failed, and be let
through."""

_PROBE_INTERVAL_SECONDS: Final = 5.0
"""How soon a store that failed, and that no request asks meanwhile, is noticed to be back."""

_UNKNOWN: Final = "unknown"
"""Clients without an address count as one."""

_PROBE: Final = "nobody"
"""What a probe counts, to see whether the store does: no client's address, and not `unknown`."""

_PROBE_LIMIT: Final = parse("1000000/minute")
"""Never reached by a probe every few seconds, so that each makes the store write: one that refuses
to write can still say who is over a limit."""

log = structlog.get_logger()


class RateLimiter:
    """Counts in a sliding window: two counters per client, whatever the limit.

    A moving window would be exact, but keep the time of every conversion. A fixed one lets twice
    the limit through where two windows meet.

    It fails open, on purpose: a store that is gone must not stop conversions, which slots and
    queue bound anyway. That is logged once, and `rate_limiter_up` shows it.
    """

    def __init__(self, *, limit: str, store: str, metrics: Metrics) -> None:
        """Take a limit and a URL as the settings hold them."""
        self._limit = parse(limit)
        self._store = store_of(store)
        self._window = SlidingWindowCounterRateLimiter(self._store.storage)
        self._turns = asyncio.Semaphore(ASKING_AT_ONCE)
        self._up = metrics.rate_limiter_up
        self._set_state(is_up=True)

    async def count(self, client: Address | None) -> None:
        """Count a conversion of this client.

        Raises ServiceError `rate_limited`, with the seconds after which another try makes sense; no
        exception if the store fails. Until a probe finds it to be back, it is not asked: otherwise
        requests would wait for it.
        """
        async with self._turns:
            retry_after = await self._ask_store(_counter_key(client)) if self._is_up else None
        if retry_after is not None:
            raise ServiceError(
                ErrorCode.RATE_LIMITED,
                f"One client may request at most {counted(self._limit.amount, 'conversion')} in "
                f"{self._limit.get_expiry()} s.",
                limit=self._limit.amount,
                retry_after=retry_after,
            )

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Probe the store now and then: while it is down, or without uploads, no one else asks."""
        try:
            async with background_task("rate_limiter_watch", self._probe_regularly()):
                yield
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connections to the store; `count` would open new ones."""
        await self._store.close()

    async def _probe_regularly(self) -> None:
        while True:
            await asyncio.sleep(_PROBE_INTERVAL_SECONDS)
            await self.probe()

    async def probe(self) -> None:
        """Count as a request does, but no client: a store may answer and take no counts."""
        with self._state_noted():
            async with in_time(STORE_TIMEOUT_SECONDS):
                await self._window.hit(_PROBE_LIMIT, _PROBE)

    async def _ask_store(self, key: str) -> int | None:
        """As `_seconds_refused` says, and None also if the store fails: the limiter fails open."""
        retry_after = None
        with self._state_noted():
            async with in_time(STORE_TIMEOUT_SECONDS):
                retry_after = await self._seconds_refused(key)
        return retry_after

    @contextmanager
    def _state_noted(self) -> Iterator[None]:
        """Note whether the store does what the block asks of it; its failures end here."""
        try:
            yield
        except (StorageError, OSError, TimeoutError) as error:
            self._note_failure(error)
        else:
            self._note_answer()

    async def _seconds_refused(self, key: str) -> int | None:
        """The whole seconds for which the client of this key is refused; None if it is not."""
        allowed = await self._window.hit(self._limit, key)
        await self._store.trim()
        if allowed:
            return None
        stats = await self._window.get_window_stats(self._limit, key)
        return max(1, math.ceil(stats.reset_time - time.time()))

    def _note_failure(self, error: Exception) -> None:
        if self._is_up:
            self._set_state(is_up=False)
            # Its kind alone: what a client library says of a URL may hold the password.
            cause = error.storage_error if isinstance(error, StorageError) else error
            log.warning("rate_limiter_unavailable", reason=type(cause).__name__)

    def _note_answer(self) -> None:
        if not self._is_up:
            self._set_state(is_up=True)
            log.info("rate_limiter_recovered")

    def _set_state(self, *, is_up: bool) -> None:
        self._is_up = is_up
        self._up.set(is_up)


def _counter_key(client: Address | None) -> str:
    """What a client is counted under: for IPv6 its /64, since it owns all addresses in that."""
    if client is None:
        return _UNKNOWN
    if isinstance(client, IPv4Address):
        return str(client)
    return str(IPv6Network((client, 64), strict=False))
