"""From what a child said to what the client is told."""

import asyncio
import signal
from io import FileIO
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.services.admission import Admission
from app.services.availability import Availability
from app.services.conversion import Conversions
from app.services.journal import Journal
from app.services.own_converter import OwnConverter
from app.worker.launcher import CannotStart, Ended
from app.worker.locks.bounds import Bounds
from app.worker.locks.lock_up import Locks
from app.worker.options import Options
from app.worker.protocol import (
    Converted,
    Crashed,
    Extracted,
    FullDisk,
    OutOfMemory,
    Ready,
    Refused,
    Reply,
    encode,
)
from docc2context import DEFAULT_LIMITS
from tests.app.scrapes import value_of
from tests.app.services.launchers import told

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


def conversions(answer: Ended | Reply | Exception) -> Conversions:
    converter = OwnConverter(
        launcher=told(answer), limits=DEFAULT_LIMITS, bounds=BOUNDS, timeout_seconds=2.0
    )
    return Conversions(
        admission=Admission(slots=1, queue=0, wait_seconds=1, metrics=METRICS),
        converter=converter,
        availability=Availability(converter=converter, metrics=METRICS),
        journal=Journal(METRICS),
    )


def converted(tmp_path: Path, answer: Ended | Reply | Exception) -> Converted:
    with FileIO(tmp_path / "upload", "w+") as upload, FileIO(tmp_path / "result", "w+") as result:
        upload.write(b"PK34")
        return asyncio.run(conversions(answer).convert(upload, result, Options()))


def refusal(tmp_path: Path, answer: Ended | Reply | Exception) -> tuple[ServiceError, EventDict]:
    with capture_logs() as lines, pytest.raises(ServiceError) as caught:
        converted(tmp_path, answer)
    (line,) = lines
    return caught.value, line


def test_what_was_converted_is_returned_and_logged(tmp_path: Path) -> None:
    counted = 'conversion_pages_total{result="converted"}'
    before = value_of(METRICS, counted)

    with capture_logs() as lines:
        assert converted(tmp_path, CONVERTED) == CONVERTED

    assert value_of(METRICS, counted) == before + 1
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
    error, _ = refusal(tmp_path, FullDisk())

    assert error.code is ErrorCode.INSUFFICIENT_STORAGE


def test_a_crash_is_told_without_its_traceback_and_logged_with_it(tmp_path: Path) -> None:
    error, line = refusal(tmp_path, Crashed("Traceback: at line 7"))

    assert error.code is ErrorCode.CONVERSION_FAILED
    assert "Traceback" not in error.detail
    assert line["child_traceback"] == "Traceback: at line 7"
    assert line["outcome"] == "server_error"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Crashed("a bug", "reading"), "failed_extraction"),
        (Refused(code="invalid_zip", detail="Damaged.", stage="reading"), "failed_extraction"),
        (TimeoutError(), "success"),
        (Ended(b"", 1), "success"),
    ],
)
def test_where_a_child_broke_off_is_counted(
    tmp_path: Path, answer: Ended | Reply | Exception, status: str
) -> None:
    counted = f'zip_extractions_total{{status="{status}"}}'
    before = value_of(METRICS, counted)

    refusal(tmp_path, answer)

    assert value_of(METRICS, counted) == before + 1


@pytest.mark.parametrize(
    ("ended", "cause"),
    [
        (Ended(b"", -9), "signal 9 (Killed)"),
        (Ended(b"", 1), "exit code 1"),
        (Ended(b"", None), "exit code None"),
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
    assert error.detail == "The conversion of this archive needs more than 8 s of CPU time."
    assert line["outcome"] == "client_error"


def test_a_child_that_took_too_long_is_a_timeout(tmp_path: Path) -> None:
    error, line = refusal(tmp_path, TimeoutError())

    assert error.code is ErrorCode.CONVERSION_TIMEOUT
    assert error.detail == "The conversion was stopped after 2 s."
    assert line["outcome"] == "timeout"


def test_a_child_that_cannot_be_started_makes_the_converter_unavailable(tmp_path: Path) -> None:
    error, _ = refusal(tmp_path, CannotStart())

    assert (error.code, error.retry_after) == (ErrorCode.CONVERTER_UNAVAILABLE, 10)
    assert is_available() == 0
    converted(tmp_path, CONVERTED)
    assert is_available() == 1


@pytest.mark.parametrize(
    ("code", "outcomes"),
    [
        (ErrorCode.INSUFFICIENT_STORAGE, ["server_error"]),
        (ErrorCode.BUSY, ["rejected_busy"]),
        (ErrorCode.UPLOAD_STALLED, []),
    ],
)
def test_an_upload_that_finds_no_room_is_recorded_as_a_conversion_and_no_other_is(
    code: ErrorCode, outcomes: list[str]
) -> None:
    with capture_logs() as lines, pytest.raises(ServiceError), conversions(CONVERTED).storing():
        raise ServiceError(code, "For a reason.")

    assert [(line["event"], line["outcome"], line["code"]) for line in lines] == [
        ("conversion_finished", outcome, code.value) for outcome in outcomes
    ]


def is_available() -> float:
    return value_of(METRICS, "converter_available")
