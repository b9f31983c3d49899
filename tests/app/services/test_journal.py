"""What the log says of a conversion."""

import asyncio

import pytest
from structlog.testing import capture_logs

from app.core.errors import ErrorCode, ServiceError
from app.services.journal import recorded_conversion


@pytest.mark.parametrize(
    ("error", "outcome", "level"),
    [
        (ServiceError(ErrorCode.NOT_A_ZIP, "no"), "client_error", "info"),
        (ServiceError(ErrorCode.OUTPUT_TOO_LARGE, "no"), "client_error", "info"),
        (ServiceError(ErrorCode.CONVERSION_TIMEOUT, "no"), "timeout", "warning"),
        (ServiceError(ErrorCode.CONVERSION_FAILED, "no"), "server_error", "error"),
        (ServiceError(ErrorCode.INSUFFICIENT_STORAGE, "no"), "server_error", "error"),
        (ZeroDivisionError(), "server_error", "error"),
        (asyncio.CancelledError(), "cancelled", "info"),
    ],
    ids=repr,
)
def test_each_end_has_its_outcome(error: BaseException, outcome: str, level: str) -> None:
    with capture_logs() as lines, pytest.raises(type(error)), recorded_conversion():
        raise error

    (line,) = lines
    assert (line["event"], line["outcome"], line["log_level"]) == (
        "conversion_finished",
        outcome,
        level,
    )


def test_a_success_is_logged_with_its_facts() -> None:
    with capture_logs() as lines, recorded_conversion() as facts:
        facts["pages_converted"] = 3

    (line,) = lines
    assert line.pop("seconds") < 1
    assert line == {
        "event": "conversion_finished",
        "log_level": "info",
        "outcome": "success",
        "pages_converted": 3,
    }


def test_a_refusal_is_logged_with_its_code() -> None:
    with capture_logs() as lines, pytest.raises(ServiceError), recorded_conversion():
        raise ServiceError(ErrorCode.NOT_A_ZIP, "It is not.")

    assert (lines[0]["code"], lines[0]["detail"]) == ("not_a_zip", "It is not.")
