"""The errors of a converter that fails, takes too long or too much, or is not there."""

import signal
from typing import Final

from app.core.errors import ErrorCode, ServiceError
from app.worker.launcher import Ended

_RETRY_AFTER_SECONDS: Final = 10
"""Processes or memory ran short; the conversions that hold them now end within about that time."""


def conversion_failed() -> ServiceError:
    """The error for a mistake that is not the client's; the log says more."""
    return ServiceError(
        ErrorCode.CONVERSION_FAILED, "The converter stopped before it had finished this archive."
    )


def limit_exceeded(limit: int, unit: str) -> ServiceError:
    """The error for an archive that takes more than a conversion may have."""
    return ServiceError(
        ErrorCode.CONVERSION_LIMIT_EXCEEDED,
        f"The conversion of this archive needs more than {limit} {unit}.",
        limit=limit,
    )


def conversion_timeout(seconds: float) -> ServiceError:
    """The error for a conversion that took too long."""
    return ServiceError(
        ErrorCode.CONVERSION_TIMEOUT, f"The conversion was stopped after {seconds:g} s."
    )


def no_answer(who: str, seconds: float) -> ServiceError:
    """The error for a converter that was started to answer, and hangs."""
    return converter_unavailable(f"{who} did not answer within {seconds:g} s.")


def ended_early(who: str, ended: Ended) -> ServiceError:
    """The error for a converter that was started to answer, and has ended instead."""
    return converter_unavailable(
        f"{who} ended before it answered: {cause_of_end(ended.exit_code)}."
    )


def converter_unavailable(detail: str) -> ServiceError:
    """The error for a converter that is not there at present."""
    return ServiceError(ErrorCode.CONVERTER_UNAVAILABLE, detail, retry_after=_RETRY_AFTER_SECONDS)


def no_process() -> ServiceError:
    """The error for a machine that is short of something, or a forkserver that hangs."""
    return converter_unavailable("The service could not start a process for the conversion.")


def cause_of_end(exit_code: int | None) -> str:
    """How a child has ended, in words for the log.

    >>> cause_of_end(-9)
    'signal 9 (Killed)'
    """
    if exit_code is not None and exit_code < 0:
        return f"signal {-exit_code} ({signal.strsignal(-exit_code)})"
    return f"exit code {exit_code}"
