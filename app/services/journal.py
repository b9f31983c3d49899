"""One event in the log for each conversion, however it ended."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

import structlog

from app.core.errors import ErrorCode, ServiceError

Outcome = Literal["success", "client_error", "server_error", "timeout", "cancelled"]

_LEVELS: Final[dict[Outcome, int]] = {
    "success": logging.INFO,
    "client_error": logging.INFO,
    "cancelled": logging.INFO,
    "timeout": logging.WARNING,
    "server_error": logging.ERROR,
}

log = structlog.get_logger()


@contextmanager
def recorded_conversion() -> Iterator[dict[str, object]]:
    """Log `conversion_finished` at the end of the block, with the facts put into what it yields."""
    facts: dict[str, object] = {}
    started = time.monotonic()
    error: BaseException | None = None
    try:
        yield facts
    except BaseException as caught:
        error = caught
        raise
    finally:
        outcome = outcome_of(error)
        seconds = round(time.monotonic() - started, 3)
        event = facts | _told(error) | {"outcome": outcome, "seconds": seconds}
        log.log(_LEVELS[outcome], "conversion_finished", **event)


def outcome_of(error: BaseException | None) -> Outcome:
    """Which of the five ends a conversion came to.

    >>> outcome_of(ServiceError(ErrorCode.NOT_A_ZIP, "…"))
    'client_error'
    """
    match error:
        case None:
            return "success"
        case asyncio.CancelledError():
            return "cancelled"
        case ServiceError(code=ErrorCode.CONVERSION_TIMEOUT):
            return "timeout"
        case ServiceError(code=code) if code.status < 500:
            return "client_error"
        case _:
            return "server_error"


def _told(error: BaseException | None) -> dict[str, object]:
    if not isinstance(error, ServiceError):
        return {}
    return {"code": error.code.value, "detail": error.detail}
