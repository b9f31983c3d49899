"""Logs are events: a static name with fields, and the request's id on every line."""

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Final, Literal

import structlog
from structlog.typing import Processor

from app.core.log_stream import PatientStream

_HANDLER_NAME: Final = "docc2context-service"

_REFUSED_BY_UVICORN: Final = "Invalid HTTP request received."

_ON_EVERY_LINE: Final[list[Processor]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


log = structlog.get_logger()


def configure_logging(
    level: Literal["debug", "info", "warning", "error"],
    log_format: Literal["json", "console", "auto"],
    *,
    count_dropped: Callable[[], object] = lambda: None,
) -> None:
    """Send structlog's events, the standard library's records and warnings to standard error.

    `count_dropped` is called for each line that is dropped because nobody reads the log.
    """
    structlog.configure(
        processors=[*_ON_EVERY_LINE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = _handler(count_dropped)
    handler.setFormatter(_formatter(log_format))
    _replace_root_handler(handler, level.upper())
    logging.captureWarnings(capture=True)
    _take_over_uvicorn()
    # It warns of each malformed upload, which the answer and the request's line already report.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)


def flush_log() -> None:
    """Wait a little until all lines are written.

    Python does so when it exits, but uvicorn has the signal that stopped it end the process.
    """
    for handler in logging.getLogger().handlers:
        handler.flush()


def _formatter(log_format: str) -> logging.Formatter:
    on_terminal = log_format == "auto" and sys.stderr.isatty()
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_ON_EVERY_LINE,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *(_console() if log_format == "console" or on_terminal else _json()),
        ],
    )


def _json() -> list[Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _console() -> list[Processor]:
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def _replace_root_handler(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    for former in [one for one in root.handlers if one.get_name() == _HANDLER_NAME]:
        root.removeHandler(former)
        former.close()
    handler.set_name(_HANDLER_NAME)
    root.addHandler(handler)
    root.setLevel(level)


def _handler(count_dropped: Callable[[], object]) -> logging.Handler:
    try:
        descriptor = sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):
        return logging.StreamHandler()  # no stream, none of the system's, or a closed one
    stream = PatientStream(descriptor, count=count_dropped, report=_report_dropped)
    return _PatientHandler(stream)


def _report_dropped(lines: int) -> None:
    log.warning("log_lines_dropped", lines=lines)


class _PatientHandler(logging.Handler):
    def __init__(self, stream: PatientStream) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._stream.write(f"{self.format(record)}\n")
        except Exception:  # as the standard library's handlers do
            self.handleError(record)

    def flush(self) -> None:
        self._stream.flush()


def _take_over_uvicorn() -> None:
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.error").addFilter(_is_worth_logging)
    # Its access lines have neither route nor request id; `request_finished` replaces them.
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False


def _is_worth_logging(record: logging.LogRecord) -> bool:
    """Whether a record of uvicorn's says something that no line of ours does.

    It logs how many requests it cancels when it ends: a traceback of each would look like a crash.
    What is not HTTP is logged as `request_refused`.
    """
    if record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError):
        return False
    return record.msg != _REFUSED_BY_UVICORN
