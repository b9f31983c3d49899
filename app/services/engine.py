"""What converts an upload once it has a slot: our own converter, or the operator's command."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import Final, NoReturn, Protocol

from app.core.errors import ErrorCode, ServiceError
from app.services.journal import Record
from app.services.workspace import out_of_room
from app.worker import child
from app.worker.launcher import CannotStart, Ended, Launcher
from app.worker.locks import Bounds, Locks
from app.worker.options import Options
from app.worker.protocol import (
    Converted,
    Crashed,
    OutOfMemory,
    OutOfRoom,
    Ready,
    Refused,
    Reply,
    decode,
)

_RETRY_AFTER_SECONDS: Final = 10
"""Processes or memory ran short; the conversions that hold them now end within about that time."""

_GREETING_SECONDS: Final = 5.0
"""A warm child answers within 5 ms, the first one, for which Python is started, within 300."""

_MEMORY_FAULTS: Final = {-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT}
"""How a child ends when native code is refused memory and does not look: msgspec 0.22 does not when
it decodes a long string in a list. A fault for another reason cannot be told from that."""


class Engine(Protocol):
    """Runs one conversion; what it is asked for it does whole."""

    has_options: bool
    """Whether it makes one document, and copies assets; if not, neither may be wanted of it."""

    async def run(
        self, upload: FileIO, result: FileIO, options: Options, record: Record
    ) -> Converted:
        """Write the Markdown of the archive in `upload` to `result`.

        Cancelled, it leaves nothing running. Raises ServiceError.
        """

    async def probe(self) -> Locks:
        """What holds the process that reads uploads.

        Raises ServiceError, which says why conversions would fail.
        """


async def probe_child(launcher: Launcher, bounds: Bounds) -> Locks:
    """What holds a child that was started to say so.

    Raises ServiceError, which says how that has failed.
    """
    who = "The converter process"
    with told_in_time(no_answer(who, _GREETING_SECONDS)):
        ended = await launcher.run(child.greet, bounds, timeout=_GREETING_SECONDS)
    reply = decode(ended.reply)
    if not isinstance(reply, Ready):
        raise ended_early(who, ended)
    return reply.locks


@contextmanager
def told_in_time(too_late: ServiceError) -> Iterator[None]:
    """Turns a child that could not be started into a ServiceError, one that was stopped to this."""
    try:
        yield
    except CannotStart as error:
        raise _no_process() from error
    except TimeoutError:
        raise too_late from None


def reply_of(ended: Ended, bounds: Bounds, record: Record) -> Reply:
    """What a child said, if it is no failure that all children share.

    Raises ServiceError for those, and for a child that ended without a word.
    """
    reply = decode(ended.reply)
    match reply:
        case Refused():
            record.stage = reply.stage
            raise _refusal(reply)
        case OutOfRoom():
            raise out_of_room()
        case OutOfMemory():
            raise beyond(bounds.memory_bytes, "bytes of memory")
        case Crashed(traceback=traceback, stage=stage):
            record.stage = stage
            record.facts["child_traceback"] = traceback
            raise broken_off()
        case None:
            _ended_in_silence(ended.exit_code, bounds, record)
    return reply


def _refusal(reply: Refused) -> ServiceError:
    return ServiceError(
        ErrorCode.named(reply.code),
        reply.detail,
        remedy=reply.remedy,
        entry=reply.entry,
        limit=reply.limit,
    )


def broken_off() -> ServiceError:
    """The error for a mistake that is not the client's; the log says more."""
    return ServiceError(
        ErrorCode.CONVERSION_FAILED, "The converter stopped before it had finished this archive."
    )


def unexpected(ended: Ended, record: Record) -> ServiceError:
    """The error for a child that did not say what it was started for."""
    record.facts["child_ended_by"] = cause_of_end(ended.exit_code)
    return broken_off()


def beyond(limit: int, unit: str) -> ServiceError:
    """The error for an archive that takes more than a conversion may have."""
    return ServiceError(
        ErrorCode.CONVERSION_LIMIT_EXCEEDED,
        f"The conversion of this archive needs more than {limit} {unit}.",
        limit=limit,
    )


def timed_out(seconds: float) -> ServiceError:
    """The error for a conversion that took too long."""
    return ServiceError(
        ErrorCode.CONVERSION_TIMEOUT, f"The conversion was stopped after {seconds:g} seconds."
    )


def no_answer(who: str, seconds: float) -> ServiceError:
    """The error for a converter that was started to answer, and hangs."""
    return unavailable(f"{who} did not answer within {seconds:g} s.")


def ended_early(who: str, ended: Ended) -> ServiceError:
    """The error for a converter that was started to answer, and has ended instead."""
    return unavailable(f"{who} ended before it answered: {cause_of_end(ended.exit_code)}.")


def unavailable(detail: str) -> ServiceError:
    """The error for a converter that is not there at present."""
    return ServiceError(ErrorCode.CONVERTER_UNAVAILABLE, detail, retry_after=_RETRY_AFTER_SECONDS)


def _no_process() -> ServiceError:
    """The error for a machine that is short of something, or a forkserver that hangs."""
    return unavailable("The service could not start a process for the conversion.")


def _ended_in_silence(exit_code: int | None, bounds: Bounds, record: Record) -> NoReturn:
    if exit_code == -signal.SIGXCPU:
        raise beyond(bounds.cpu_seconds, "seconds of CPU time")
    record.facts["child_ended_by"] = cause_of_end(exit_code)
    if exit_code in _MEMORY_FAULTS:
        raise beyond(bounds.memory_bytes, "bytes of memory")
    raise broken_off()


def cause_of_end(exit_code: int | None) -> str:
    """In the words for the log.

    >>> cause_of_end(-9)
    'signal 9 (Killed)'
    """
    if exit_code is not None and exit_code < 0:
        return f"signal {-exit_code} ({signal.strsignal(-exit_code)})"
    return f"exit code {exit_code}"
