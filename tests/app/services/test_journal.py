"""What the log and the metrics say of a conversion."""

import asyncio
from contextlib import ExitStack, nullcontext
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.core.errors import ErrorCode, ServiceError
from app.core.metrics import Metrics
from app.services.journal import Journal
from app.worker.protocol import Converted, Extracted
from tests.app.scrapes import moved, parsed, value_of

CONVERTED = Converted(
    pages_converted=3,
    pages_skipped=1,
    unknown_nodes={"paragraph": 2, "other": 4, "anything": 8},
    missing_references=0,
    assets_copied=0,
    output_bytes=0,
    extracted=Extracted(files=5, bytes=6, seconds=0.5),
)

RAN = {"conversion_queue_wait_seconds_count": 1, "conversion_duration_seconds_count": 1}


class Recorded:
    """A conversion that came to an end, in the log and in the metrics."""

    def __init__(
        self,
        error: BaseException | None = None,
        *,
        stage: Any = "converting",
        converted: Converted | None = None,
    ) -> None:
        self.metrics = Metrics(node_types=["paragraph"])
        self.journal = Journal(self.metrics)
        raised = pytest.raises(type(error)) if error is not None else nullcontext()
        with capture_logs() as lines, raised:
            self._run(error, stage, converted)
        (self.line,) = lines

    def _run(self, error: BaseException | None, stage: Any, converted: Converted | None) -> None:
        with self.journal.conversion() as record:
            if stage is not None:
                with self.journal.running(record):
                    record.stage, record.converted = stage, converted
                    record.facts["archive_bytes"] = 9
                    if error is not None:
                        raise error
            elif error is not None:
                raise error

    @property
    def moves(self) -> dict[str, float]:
        return moved({}, parsed(self.metrics.render("")[0].decode()))


def refusal(code: str) -> ServiceError:
    return ServiceError(ErrorCode.named(code), "No.")


def moves(outcome: str, error_type: str | None, extraction: str | None) -> dict[str, float]:
    told = {
        f'conversions_total{{outcome="{outcome}"}}': True,
        f'conversion_errors_total{{error_type="{error_type}"}}': error_type is not None,
        f'zip_extractions_total{{status="{extraction}"}}': extraction is not None,
    }
    return {name: 1 for name, is_told in told.items() if is_told}


@pytest.mark.parametrize(
    ("error", "stage", "level", "outcome", "error_type", "extraction"),
    [
        (refusal("not_a_zip"), "opening", "info", "client_error", "validation_error",
         "failed_validation"),
        (refusal("invalid_zip"), "opening", "info", "client_error", "validation_error",
         "failed_validation"),
        (refusal("invalid_zip"), "reading", "info", "client_error", "extraction_error",
         "failed_extraction"),
        (refusal("no_convertible_pages"), "converting", "info", "client_error",
         "extraction_error", "failed_extraction"),
        (refusal("archive_too_large"), "converting", "info", "client_error", "validation_error",
         "failed_validation"),
        (refusal("output_too_large"), "converting", "info", "client_error", "cli_error", "success"),
        (refusal("conversion_limit_exceeded"), "converting", "info", "client_error", "cli_error",
         "success"),
        (refusal("conversion_timeout"), "converting", "warning", "timeout", "timeout", "success"),
        (refusal("conversion_failed"), "converting", "error", "server_error", "cli_error",
         "success"),
        (refusal("conversion_failed"), "reading", "error", "server_error", "extraction_error",
         "failed_extraction"),
        (refusal("conversion_failed"), "opening", "error", "server_error", "validation_error",
         "failed_validation"),
        (refusal("insufficient_storage"), "converting", "error", "server_error", "cli_error", None),
        (refusal("converter_unavailable"), "converting", "error", "server_error", "cli_error",
         None),
        (ZeroDivisionError(), "converting", "error", "server_error", "cli_error", "success"),
        (asyncio.CancelledError(), "converting", "info", "cancelled", None, "success"),
    ],
    ids=repr,
)  # fmt: skip
def test_each_end_is_logged_and_counted_alike(
    error: BaseException,
    stage: str,
    level: str,
    outcome: str,
    error_type: str | None,
    extraction: str | None,
) -> None:
    recorded = Recorded(error, stage=stage)

    assert (recorded.line["event"], recorded.line["log_level"]) == ("conversion_finished", level)
    assert recorded.line["outcome"] == outcome
    rejections = (
        {f'zip_rejections_total{{reason="{error.code.value}"}}': 1}
        if isinstance(error, ServiceError) and error.code.status < 500
        else {}
    )
    assert recorded.moves == RAN | moves(outcome, error_type, extraction) | rejections


def test_what_the_end_of_the_service_cuts_off_is_its_own_fault_and_not_a_clients() -> None:
    metrics = Metrics(node_types=[])
    journal = Journal(metrics)

    with (
        capture_logs() as lines,
        pytest.raises(asyncio.CancelledError),
        journal.conversion(why_cancelled=lambda: refusal("draining")),
    ):
        raise asyncio.CancelledError

    (line,) = lines
    assert (line["log_level"], line["outcome"], line["code"], line["detail"]) == (
        *("error", "server_error", "draining"),
        "No.",
    )
    told = moved({}, parsed(metrics.render("")[0].decode()))
    assert told == moves("server_error", "cli_error", None)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(refusal("busy"), "rejected_busy"), (asyncio.CancelledError(), "cancelled")],
)
def test_a_conversion_without_a_slot_has_no_duration_and_no_extraction(
    error: BaseException, outcome: str
) -> None:
    recorded = Recorded(error, stage=None)

    assert recorded.moves == moves(outcome, None, None)
    assert (recorded.line["outcome"], recorded.line["log_level"]) == (outcome, "info")
    assert "seconds" not in recorded.line


def test_the_time_from_the_upload_to_the_slot_is_told() -> None:
    metrics = Metrics()
    journal = Journal(metrics)

    with journal.conversion() as record:
        record.asked_at -= 5
        with journal.running(record):
            assert record.facts["queue_seconds"] == pytest.approx(5, abs=1)

    waited = value_of(metrics, "conversion_queue_wait_seconds_sum")
    assert waited == pytest.approx(5, abs=1)


def test_a_success_is_logged_with_its_facts() -> None:
    line = Recorded(converted=CONVERTED).line

    assert line.pop("seconds") < 1
    assert line.pop("queue_seconds") < 1
    assert line == {
        "event": "conversion_finished",
        "log_level": "info",
        "outcome": "success",
        "archive_bytes": 9,
    }


def test_a_success_is_counted_with_what_was_converted() -> None:
    assert Recorded(converted=CONVERTED).moves == RAN | moves("success", None, "success") | {
        "zip_extraction_duration_seconds_count": 1,
        "extraction_file_count_count": 1,
        "extraction_file_count_sum": 5,
        "extraction_size_bytes_count": 1,
        "extraction_size_bytes_sum": 6,
        'conversion_pages_total{result="converted"}': 3,
        'conversion_pages_total{result="skipped"}': 1,
        'conversion_unknown_nodes_total{node="paragraph"}': 2,
        'conversion_unknown_nodes_total{node="other"}': 12,
    }


def test_a_refusal_is_logged_with_its_code() -> None:
    line = Recorded(refusal("not_a_zip")).line

    assert (line["code"], line["detail"]) == ("not_a_zip", "No.")
    assert "entry" not in line


def test_a_refusal_is_logged_with_the_entry_at_fault() -> None:
    error = ServiceError(ErrorCode.ENCRYPTED, "An entry is encrypted.", entry="'a'")

    assert Recorded(error).line["entry"] == "'a'"


def test_the_oldest_of_those_that_run_is_told() -> None:
    metrics = Metrics()
    journal = Journal(metrics)

    def told() -> tuple[float, float]:
        series = parsed(metrics.render("")[0].decode())
        return series["active_conversions"], series[OLDEST]

    first, second = ExitStack(), ExitStack()
    first.enter_context(journal.running(first.enter_context(journal.conversion())))
    _, first_start = told()
    second.enter_context(journal.running(second.enter_context(journal.conversion())))
    both = told()
    first.close()
    active, second_start = told()
    second.close()

    assert list(both) == [2, first_start]
    assert active == 1
    assert second_start > first_start > 1_700_000_000
    assert list(told()) == [0, 0]


OLDEST = "conversion_oldest_start_timestamp_seconds"
