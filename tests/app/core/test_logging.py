"""Lines of the log, whoever writes them."""

import asyncio
import json
import logging

import pytest
import structlog

from app.core.errors import ServiceError
from app.core.logging import configure_logging
from app.services.multipart import FormDecoder


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_a_json_line_with_its_fields_and_the_request_id(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info", "json")
    structlog.contextvars.bind_contextvars(request_id="r1")

    structlog.get_logger("here").info("it_happened", pages=3)

    (line,) = lines(capsys)
    assert str(line.pop("timestamp")).endswith("Z")  # UTC
    assert line == {
        "event": "it_happened",
        "level": "info",
        "logger": "here",
        "pages": 3,
        "request_id": "r1",
    }


def test_a_record_of_the_standard_library_looks_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info", "json")
    structlog.contextvars.bind_contextvars(request_id="r1")

    logging.getLogger("uvicorn.error").warning("%d of them", 2)

    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["logger"], line["request_id"]) == (
        "2 of them",
        "warning",
        "uvicorn.error",
        "r1",
    )


def test_a_traceback_is_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")

    structlog.get_logger().error("it_broke", exc_info=ValueError("oh"))

    (line,) = lines(capsys)
    assert str(line["exception"]).endswith("ValueError: oh")


def test_lines_below_the_level_are_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning", "json")

    structlog.get_logger().info("quiet")
    logging.getLogger("other").info("quiet")

    assert lines(capsys) == []


def test_the_console_format_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "console")

    structlog.get_logger().info("it_happened", pages=3)

    line = capsys.readouterr().err
    assert "it_happened" in line
    assert "pages=3" in line


def test_auto_is_json_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "auto")

    structlog.get_logger().info("it_happened")

    assert lines(capsys)[0]["event"] == "it_happened"


def test_configured_twice_each_line_is_written_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    configure_logging("info", "json")

    structlog.get_logger().info("once")

    assert len(lines(capsys)) == 1


def test_a_line_break_in_a_field_does_not_begin_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")

    structlog.get_logger().info("it_happened", entry='a\n{"event": "forged"}')

    assert len(lines(capsys)) == 1


def test_a_malformed_upload_is_no_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")

    with pytest.raises(ServiceError):
        FormDecoder("multipart/form-data; boundary=b", lambda _: None).feed(b"--b?")

    assert lines(capsys) == []


def test_a_handler_that_logging_has_closed_goes_on_writing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info", "json")
    # As `logging.config.dictConfig` does to all handlers that there are.
    for handler in logging.getLogger().handlers:
        handler.close()

    structlog.get_logger().info("it_happened")
    configure_logging("info", "json")
    structlog.get_logger().info("it_happened_again")

    assert [line["event"] for line in lines(capfd)] == ["it_happened", "it_happened_again"]


def test_of_the_servers_lines_those_are_dropped_that_repeat_one_of_ours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info", "json")
    server = logging.getLogger("uvicorn.error")

    server.warning("Invalid HTTP request received.")
    server.error("Exception in ASGI application\n", exc_info=asyncio.CancelledError())
    server.error("it_broke", exc_info=OSError())

    assert [line["event"] for line in lines(capsys)] == ["it_broke"]


def test_the_server_has_no_line_of_its_own_for_a_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    access = logging.getLogger("uvicorn.access")
    access.addHandler(logging.StreamHandler())  # as uvicorn does before it loads an application
    configure_logging("info", "json")

    access.info("GET /secret")

    assert capsys.readouterr().err == ""
