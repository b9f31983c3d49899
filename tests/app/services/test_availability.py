"""Whether the converter is available, and who finds out."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.services import availability
from app.services.availability import Availability
from app.services.conversion_errors import converter_unavailable
from app.services.outside_converter import OutsideConverter
from app.services.own_converter import OwnConverter
from app.worker.launcher import CannotStart, Ended, Launcher
from app.worker.locks.bounds import Bounds
from app.worker.locks.lock_up import Locks
from app.worker.protocol import Ready, Reply, encode
from docc2context import DEFAULT_LIMITS
from tests.app.scrapes import value_of
from tests.app.services.launchers import told

READY = Ready(Locks(["group"], {"landlock": "Function not implemented"}))
METRICS = Metrics()
BOUNDS = Bounds(memory_bytes=7, cpu_seconds=8, file_bytes=9)


def probed(answer: Ended | Reply | Exception) -> Availability:
    return probed_by(told(answer))


def probed_by(launcher: Launcher) -> Availability:
    converter = OwnConverter(
        launcher=launcher, limits=DEFAULT_LIMITS, bounds=BOUNDS, timeout_seconds=2
    )
    return Availability(converter=converter, metrics=METRICS)


def test_a_probe_is_content_with_a_child_that_is_ready() -> None:
    assert asyncio.run(probed(READY).probe()) == READY.locks
    assert is_available() == 1


def test_a_probe_counts_the_locks_that_the_kernel_lacks() -> None:
    asyncio.run(probed(READY).probe())
    assert value_of(METRICS, "converter_locks_missing") == 1

    asyncio.run(probed(Ready(Locks(["group", "landlock"], {}))).probe())
    assert value_of(METRICS, "converter_locks_missing") == 0


NO_PROCESS = "The service could not start a process for the conversion."
NO_ANSWER = "The converter process did not answer within 5 s."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (CannotStart(), NO_PROCESS),
        (TimeoutError(), NO_ANSWER),
        (Ended(b"", 1), "The converter process ended before it answered: exit code 1."),
        (Ended(b"", -9), "The converter process ended before it answered: signal 9 (Killed)."),
    ],
)
def test_a_probe_finds_the_converter_unavailable_and_says_why(
    answer: Ended | Exception, reason: str
) -> None:
    with capture_logs() as lines, pytest.raises(ServiceError) as caught:
        asyncio.run(probed(answer).probe())

    assert (caught.value.code, caught.value.detail) == (ErrorCode.CONVERTER_UNAVAILABLE, reason)
    assert is_available() == 0
    assert lines == [{"event": "converter_probe_failed", "log_level": "warning", "reason": reason}]


def test_a_probe_that_fails_is_logged_when_that_begins_and_when_it_fails_otherwise() -> None:
    launcher = told(READY)
    subject = probed_by(launcher)
    late, none, well = TimeoutError(), CannotStart(), Ended(encode(READY), 0)
    answers: list[Ended | Exception] = [late, late, none, none, well, none]

    async def scenario() -> None:
        for launcher.answer in answers:
            with suppress(ServiceError):
                await subject.probe()

    with capture_logs() as lines:
        asyncio.run(scenario())

    assert [line["reason"] for line in lines] == [NO_ANSWER, NO_PROCESS, NO_PROCESS]


def test_an_unavailable_converter_is_asked_again_until_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(availability, "_PROBE_INTERVAL_SECONDS", 0)
    launcher = told(CannotStart())
    subject = probed_by(launcher)

    async def scenario() -> None:
        with pytest.raises(ServiceError):
            await subject.probe()
        launcher.asked.clear()
        async with subject.watched():
            await launcher.asked.wait()
            assert is_available() == 0
            launcher.answer = Ended(encode(READY), 0)
            launcher.asked.clear()
            await launcher.asked.wait()
            await subject.probe()
            assert is_available() == 1
            launcher.asked.clear()
            for _ in range(100):  # turns of the loop, in each of which it could be asked
                await asyncio.sleep(0)
            assert not launcher.asked.is_set()

    asyncio.run(asyncio.wait_for(scenario(), 10))


def is_available() -> float:
    return value_of(METRICS, "converter_available")


def test_probes_at_the_same_time_share_a_child() -> None:
    launcher = told(READY)
    subject = probed_by(launcher)

    async def scenario() -> None:
        await asyncio.gather(*(subject.probe() for _ in range(10)))
        await subject.probe()

    asyncio.run(scenario())
    assert launcher.runs == 2


def test_a_caller_that_gives_up_does_not_take_the_answer_from_others() -> None:
    subject = probed(READY)

    async def one_of_two() -> Locks:
        gone, other = (asyncio.create_task(subject.probe()) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        return await other

    assert asyncio.run(one_of_two()) == READY.locks


def test_an_answer_stays_good_while_conversions_find_nothing_else() -> None:
    launcher = told(READY)
    subject = probed_by(launcher)

    async def scenario() -> None:
        await subject.probe()
        with subject.outcome_noted():
            pass
        with suppress(ServiceError), subject.outcome_noted():
            raise ServiceError(ErrorCode.NOT_A_ZIP, "No.")
        await subject.probe(max_age_seconds=3600)

    asyncio.run(scenario())
    assert (launcher.runs, is_available()) == (1, 1)


def test_a_workspace_that_another_converter_cannot_use_makes_it_unavailable(
    tmp_path: Path,
) -> None:
    converter = OutsideConverter(
        ["true"],
        workspace=tmp_path / "missing",
        launcher=told(READY),
        limits=DEFAULT_LIMITS,
        bounds=BOUNDS,
        timeout_seconds=2,
    )

    with pytest.raises(ServiceError) as caught:
        asyncio.run(Availability(converter=converter, metrics=METRICS).probe())

    assert caught.value.code is ErrorCode.CONVERTER_UNAVAILABLE
    assert caught.value.detail == "The service cannot store uploads at present; its log says why."
    assert is_available() == 0


def test_an_answer_is_too_old_once_a_conversion_has_found_otherwise() -> None:
    launcher = told(READY)
    subject = probed_by(launcher)

    async def available() -> bool:
        try:
            await subject.probe(max_age_seconds=3600)
        except ServiceError:
            return False
        return True

    async def scenario() -> list[bool]:
        found = [await available(), await available()]
        launcher.answer = CannotStart()
        found.append(await available())
        with suppress(ServiceError), subject.outcome_noted():
            raise converter_unavailable("It has gone.")
        return [*found, await available()]

    assert asyncio.run(scenario()) == [True, True, True, False]
    assert launcher.runs == 2
