"""Which uploads are received, and which give way."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.services.upload_slots import (
    FAST_BYTES_PER_SECOND,
    GRACE_SECONDS,
    MEMORY_SECONDS,
    Arrival,
    UploadSlots,
)
from tests.app.scrapes import value_of

FAST = 100 * FAST_BYTES_PER_SECOND
"""So many bytes by the time that an upload is judged."""


class Clock:
    """Stands still unless it is moved."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Upload:
    """An upload that has brought some bytes, and goes on until it is told to end."""

    def __init__(self, slots: UploadSlots, size: int) -> None:
        self._slots = slots
        self._size = size
        self._began, self._end = asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._received())

    async def _received(self) -> None:
        with self._slots.slot() as arrival:
            async for chunk in arrival.counted(_chunks(self._size)):
                assert len(chunk) == self._size
            self._began.set()
            await self._end.wait()

    async def begun(self) -> "Upload":
        began = asyncio.create_task(self._began.wait())
        await asyncio.wait([began, self._task], return_when=asyncio.FIRST_COMPLETED)
        began.cancel()
        return self

    async def refusal(self) -> ServiceError | None:
        """Why it was not received, if it is told to end now; None if it was."""
        self._end.set()
        (error,) = await asyncio.gather(self._task, return_exceptions=True)
        assert self._task.cancelling() == 0
        return error if isinstance(error, ServiceError) else None

    async def outcome(self) -> ErrorCode | None:
        error = await self.refusal()
        return None if error is None else error.code

    def cancel(self) -> asyncio.Task[None]:
        self._task.cancel()
        return self._task


async def _chunks(size: int) -> AsyncIterator[bytes]:
    yield bytes(size)


async def outcomes(slots: int, *sizes: int) -> list[ErrorCode | None]:
    """What becomes of uploads of these sizes that begin one after the other and stay.

    Each begins when the one before may be judged.
    """
    clock = Clock()
    upload_slots = UploadSlots(slots=slots, metrics=Metrics(), clock=clock)
    uploads = []
    for size in sizes:
        uploads.append(await Upload(upload_slots, size).begun())
        clock.seconds += GRACE_SECONDS
    return [await upload.outcome() for upload in uploads]


@pytest.mark.parametrize(
    ("sizes", "refused"),
    [
        ([1, 1], []),
        ([FAST, 1, FAST], [1]),
        ([1, 1000, FAST], [0]),
        ([FAST, FAST, 1], [2]),
        ([FAST, FAST, FAST], [2]),
        ([1, 2, 3, 4, FAST, FAST], [0, 1, 2, 3]),
    ],
)
def test_the_slowest_gives_way_unless_all_are_fast(sizes: list[int], refused: list[int]) -> None:
    expected = [ErrorCode.BUSY if at in refused else None for at in range(len(sizes))]
    assert asyncio.run(outcomes(2, *sizes)) == expected


def test_an_upload_that_has_just_begun_does_not_give_way() -> None:
    async def scenario() -> list[ErrorCode | None]:
        clock = Clock()
        slots = UploadSlots(slots=2, metrics=Metrics(), clock=clock)
        slow = await Upload(slots, 1000).begun()
        clock.seconds += GRACE_SECONDS
        # Nothing of these has arrived yet when the next begins.
        new, newer, newest = [await Upload(slots, 0).begun() for _ in range(3)]
        return [await upload.outcome() for upload in (slow, new, newer, newest)]

    assert asyncio.run(scenario()) == [ErrorCode.BUSY, None, None, ErrorCode.BUSY]


def test_those_without_a_slot_are_told_why_and_when_to_come_back() -> None:
    async def scenario() -> list[ServiceError | None]:
        clock = Clock()
        slots = UploadSlots(slots=1, metrics=Metrics(), clock=clock)
        slow = await Upload(slots, 1).begun()
        clock.seconds += GRACE_SECONDS
        new, newer = [await Upload(slots, 0).begun() for _ in range(2)]
        return [await upload.refusal() for upload in (slow, new, newer)]

    told = [error and (error.detail, error.retry_after) for error in asyncio.run(scenario())]
    assert told == [
        ("All upload slots are taken and this upload was the slowest of all.", 10),
        None,
        ("All upload slots are taken and none of the uploads is slow.", 10),
    ]


def test_an_upload_that_was_fast_and_has_stopped_gives_way() -> None:
    async def scenario() -> list[ErrorCode | None]:
        clock = Clock()
        slots = UploadSlots(slots=2, metrics=Metrics(), clock=clock)
        once_fast = await Upload(slots, 256 * 1024 * 1024).begun()
        clock.seconds += 7 * MEMORY_SECONDS
        fast = await Upload(slots, FAST).begun()
        clock.seconds += GRACE_SECONDS
        new = await Upload(slots, 0).begun()
        return [await upload.outcome() for upload in (once_fast, fast, new)]

    assert asyncio.run(scenario()) == [ErrorCode.BUSY, None, None]


@pytest.mark.parametrize("seconds", [GRACE_SECONDS, MEMORY_SECONDS, 3600])
def test_the_pace_of_a_steady_upload_is_the_same_at_any_age(seconds: float) -> None:
    async def scenario() -> float:
        clock = Clock()
        arrival = Arrival(clock)
        while clock.seconds < seconds:
            clock.seconds += 0.125
            async for _ in arrival.counted(_chunks(1000)):
                pass
        return arrival.pace()

    assert asyncio.run(scenario()) == pytest.approx(8000, rel=0.01)


@pytest.mark.parametrize(("pause", "pace"), [(MEMORY_SECONDS, 1 / 2.718), (60, 0.0025)])
def test_a_pause_lowers_the_pace_little_by_little(pause: float, pace: float) -> None:
    async def scenario() -> float:
        clock = Clock()
        arrival = Arrival(clock)
        for _ in range(1000):
            clock.seconds += 0.125
            async for _ in arrival.counted(_chunks(1000)):
                pass
        clock.seconds += pause
        return arrival.pace() / 8000

    assert asyncio.run(scenario()) == pytest.approx(pace, rel=0.02)


def test_a_slot_is_given_back_however_the_upload_ends() -> None:
    async def scenario() -> tuple[float, float]:
        metrics = Metrics()
        slots = UploadSlots(slots=2, metrics=metrics)
        whole, gone = await Upload(slots, 1).begun(), await Upload(slots, 1).begun()
        during = value_of(metrics, "active_uploads")
        assert await whole.outcome() is None
        with pytest.raises(asyncio.CancelledError):
            await gone.cancel()
        return during, value_of(metrics, "active_uploads")

    assert asyncio.run(scenario()) == (2, 0)
