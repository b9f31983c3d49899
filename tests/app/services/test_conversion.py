"""From what a child said to what the client is told."""

import asyncio
import signal
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from app.core.config import Settings
from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.services import conversion
from app.services.admission import Admission
from app.services.conversion import Converter, bounds_of, limits_of
from app.services.own_converter import OwnConverter
from app.worker.launcher import CannotStart, Ended, Launcher
from app.worker.locks import Bounds, Locks
from app.worker.options import Options
from app.worker.protocol import (
    Converted,
    Crashed,
    Extracted,
    OutOfMemory,
    OutOfRoom,
    Ready,
    Refused,
    Reply,
    encode,
)
from docc2context import DEFAULT_LIMITS
from tests.app.scrapes import value_of

CONVERTED = Converted(
    pages_converted=1,
    pages_skipped=2,
    unknown_nodes={"paragraph": 2, "other": 1},
    missing_references=4,
    assets_copied=5,
    output_bytes=6,
    extracted=Extracted(files=7, bytes=8, seconds=0.009),
)

READY = Ready(Locks(["group"], {"landlock": "Function not implemented"}))
METRICS = Metrics()
BOUNDS = Bounds(memory_bytes=7, cpu_seconds=8, file_bytes=9)


class ToldLauncher(Launcher):
    """Starts nothing, and answers as it was told."""

    def __init__(self, answer: Ended | Exception) -> None:
        self.answer = answer
        self.runs = 0
        self.asked = asyncio.Event()

    async def run(self, *_arguments: Any, **_options: Any) -> Ended:
        self.runs += 1
        self.asked.set()
        answer = self.answer
        await asyncio.sleep(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def told(answer: Ended | Reply | Exception) -> ToldLauncher:
    if isinstance(answer, Ended | Exception):
        return ToldLauncher(answer)
    return ToldLauncher(Ended(encode(answer), 0))


def converter(answer: Ended | Reply | Exception) -> Converter:
    return converter_by(told(answer))


def converter_by(launcher: Launcher) -> Converter:
    return Converter(
        admission=Admission(slots=1, queue=0, wait_seconds=1, metrics=METRICS),
        engine=OwnConverter(
            launcher=launcher,
            limits=DEFAULT_LIMITS,
            bounds=BOUNDS,
            timeout_seconds=2,
        ),
        metrics=METRICS,
    )


def converted(tmp_path: Path, answer: Ended | Reply | Exception) -> Converted:
    with FileIO(tmp_path / "upload", "w+") as upload, FileIO(tmp_path / "result", "w+") as result:
        upload.write(b"PK34")
        return asyncio.run(converter(answer).convert(upload, result, Options()))


def refusal(tmp_path: Path, answer: Ended | Reply | Exception) -> tuple[ServiceError, EventDict]:
    with capture_logs() as lines, pytest.raises(ServiceError) as caught:
        converted(tmp_path, answer)
    (line,) = lines
    return caught.value, line


def test_what_was_converted_is_returned_and_logged(tmp_path: Path) -> None:
    with capture_logs() as lines:
        assert converted(tmp_path, CONVERTED) == CONVERTED

    (line,) = lines
    assert line.pop("seconds") >= 0
    assert line.pop("queue_seconds") >= 0
    assert line == {
        "event": "conversion_finished",
        "log_level": "info",
        "outcome": "success",
        "archive_bytes": 4,
        "result_bytes": 0,
        "pages_converted": 1,
        "pages_skipped": 2,
        "unknown_nodes": 3,
        "missing_references": 4,
        "assets_copied": 5,
        "output_bytes": 6,
        "extracted_files": 7,
        "extracted_bytes": 8,
        "extraction_seconds": 0.009,
    }


def test_a_refusal_keeps_its_facts(tmp_path: Path) -> None:
    error, line = refusal(
        tmp_path,
        Refused(
            code="archive_too_large", detail="Too large.", remedy="Cut it.", entry="'a'", limit=3
        ),
    )

    assert (error.code, error.detail) == (ErrorCode.ARCHIVE_TOO_LARGE, "Too large.")
    assert (error.remedy, error.entry, error.limit) == ("Cut it.", "'a'", 3)
    assert line["outcome"] == "client_error"


def test_a_refusal_without_advice_has_the_catalogues(tmp_path: Path) -> None:
    error, _ = refusal(tmp_path, Refused(code="output_too_large", detail="Too large."))

    assert error.remedy == ErrorCode.OUTPUT_TOO_LARGE.remedy


def test_a_full_disk_is_storage(tmp_path: Path) -> None:
    error, _ = refusal(tmp_path, OutOfRoom())

    assert error.code is ErrorCode.INSUFFICIENT_STORAGE


def test_a_crash_is_told_without_its_traceback_and_logged_with_it(tmp_path: Path) -> None:
    error, line = refusal(tmp_path, Crashed("Traceback: at line 7"))

    assert error.code is ErrorCode.CONVERSION_FAILED
    assert "Traceback" not in error.detail
    assert line["child_traceback"] == "Traceback: at line 7"
    assert line["outcome"] == "server_error"


@pytest.mark.parametrize(
    ("ended", "cause"),
    [
        (Ended(b"", -9), "signal 9 (Killed)"),
        (Ended(b"", 1), "exit code 1"),
        (Ended(b"{", 0), "exit code 0"),
        (Ended(encode(READY), 0), "exit code 0"),
    ],
)
def test_a_child_without_an_answer_has_failed(tmp_path: Path, ended: Ended, cause: str) -> None:
    error, line = refusal(tmp_path, ended)

    assert error.code is ErrorCode.CONVERSION_FAILED
    assert line["child_ended_by"] == cause


def test_too_little_memory_is_the_archives_fault(tmp_path: Path) -> None:
    error, line = refusal(tmp_path, OutOfMemory())

    assert (error.code, error.limit) == (ErrorCode.CONVERSION_LIMIT_EXCEEDED, 7)
    assert error.detail == "The conversion of this archive needs more than 7 bytes of memory."
    assert line["outcome"] == "client_error"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT])
def test_native_code_that_cannot_do_without_memory_is_the_archives_fault(
    tmp_path: Path, number: signal.Signals
) -> None:
    error, line = refusal(tmp_path, Ended(b"", -number))

    assert (error.code, error.limit) == (ErrorCode.CONVERSION_LIMIT_EXCEEDED, 7)
    assert line["child_ended_by"] == f"signal {number.value} ({signal.strsignal(number)})"


def test_too_little_cpu_time_is_the_archives_fault(tmp_path: Path) -> None:
    error, line = refusal(tmp_path, Ended(b"", -signal.SIGXCPU))

    assert (error.code, error.limit) == (ErrorCode.CONVERSION_LIMIT_EXCEEDED, 8)
    assert error.detail == "The conversion of this archive needs more than 8 seconds of CPU time."
    assert line["outcome"] == "client_error"


def test_a_child_that_took_too_long_is_a_timeout(tmp_path: Path) -> None:
    error, line = refusal(tmp_path, TimeoutError())

    assert error.code is ErrorCode.CONVERSION_TIMEOUT
    assert error.detail == "The conversion was stopped after 2 seconds."
    assert line["outcome"] == "timeout"


def test_a_child_that_cannot_be_started_makes_the_converter_unavailable(tmp_path: Path) -> None:
    error, _ = refusal(tmp_path, CannotStart())

    assert (error.code, error.retry_after) == (ErrorCode.CONVERTER_UNAVAILABLE, 10)
    assert is_available() == 0
    converted(tmp_path, CONVERTED)
    assert is_available() == 1


def test_a_probe_is_content_with_a_child_that_is_ready() -> None:
    assert asyncio.run(converter(READY).probe()) == READY.locks
    assert is_available() == 1


def test_a_probe_counts_the_locks_that_the_kernel_lacks() -> None:
    asyncio.run(converter(READY).probe())
    assert value_of(METRICS, "converter_locks_missing") == 1

    asyncio.run(converter(Ready(Locks(["group", "landlock"], {}))).probe())
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
        asyncio.run(converter(answer).probe())

    assert (caught.value.code, caught.value.detail) == (ErrorCode.CONVERTER_UNAVAILABLE, reason)
    assert is_available() == 0
    assert lines == [{"event": "converter_probe_failed", "log_level": "warning", "reason": reason}]


def test_a_probe_that_fails_is_logged_when_that_begins_and_when_it_fails_otherwise() -> None:
    launcher = told(READY)
    probed = converter_by(launcher)
    late, none, well = TimeoutError(), CannotStart(), Ended(encode(READY), 0)
    answers: list[Ended | Exception] = [late, late, none, none, well, none]

    async def scenario() -> None:
        for launcher.answer in answers:
            with suppress(ServiceError):
                await probed.probe()

    with capture_logs() as lines:
        asyncio.run(scenario())

    assert [line["reason"] for line in lines] == [NO_ANSWER, NO_PROCESS, NO_PROCESS]


def test_an_unavailable_converter_is_asked_again_until_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conversion, "_PROBE_INTERVAL_SECONDS", 0.001)
    launcher = told(CannotStart())
    watched = converter_by(launcher)

    async def scenario() -> None:
        with pytest.raises(ServiceError):
            await watched.probe()
        launcher.asked.clear()
        async with watched.watched():
            await launcher.asked.wait()
            assert is_available() == 0
            launcher.answer = Ended(encode(READY), 0)
            launcher.asked.clear()
            await launcher.asked.wait()
            await watched.probe()
            assert is_available() == 1

    asyncio.run(asyncio.wait_for(scenario(), 10))


def is_available() -> float:
    return value_of(METRICS, "converter_available")


def test_probes_at_the_same_time_share_a_child() -> None:
    launcher = told(READY)
    probed = converter_by(launcher)

    async def scenario() -> None:
        await asyncio.gather(*(probed.probe() for _ in range(10)))
        await probed.probe()

    asyncio.run(scenario())
    assert launcher.runs == 2


def test_an_answer_is_too_old_once_a_conversion_has_found_otherwise(tmp_path: Path) -> None:
    launcher = told(READY)
    probed = converter_by(launcher)

    async def available() -> bool:
        try:
            await probed.probe(max_age_seconds=3600)
        except ServiceError:
            return False
        return True

    async def scenario() -> list[bool]:
        found = [await available(), await available()]
        launcher.answer = CannotStart()
        found.append(await available())
        with FileIO(tmp_path / "upload", "w+") as upload, FileIO(tmp_path / "out", "w+") as result:
            with pytest.raises(ServiceError):
                await probed.convert(upload, result, Options())
            found.append(await available())
        return found

    assert asyncio.run(scenario()) == [True, True, True, False]
    assert launcher.runs == 3


def test_the_settings_are_the_limits() -> None:
    limits = limits_of(
        Settings(max_entries=1, max_archive_bytes=2, max_page_bytes=3, max_output_bytes=4)
    )

    assert (limits.max_entries, limits.max_archive_bytes) == (1, 2)
    assert (limits.max_page_bytes, limits.max_output_bytes) == (3, 4)


def test_the_settings_are_the_bounds() -> None:
    bounds = bounds_of(
        Settings(conversion_memory_bytes=2**27, conversion_cpu_seconds=2, max_output_bytes=3)
    )

    assert bounds == Bounds(memory_bytes=2**27, cpu_seconds=2, file_bytes=3)
