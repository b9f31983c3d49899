"""From what a child replies, or how it ended without a reply, to a result or an error."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

from app.core.errors import ErrorCode, ServiceError
from app.services.conversion_errors import (
    cause_of_end,
    conversion_failed,
    ended_early,
    limit_exceeded,
    no_answer,
    no_process,
)
from app.services.journal import Record
from app.services.workspace.faults import no_space_left
from app.worker import child
from app.worker.launcher import CannotStart, Ended, Launcher
from app.worker.locks.bounds import Bounds
from app.worker.locks.lock_up import Locks
from app.worker.protocol import (
    Crashed,
    FullDisk,
    OutOfMemory,
    Ready,
    Refused,
    Reply,
    decode,
)

_PROBE_SECONDS: Final = 5.0
"""A warm child answers within 5 ms, the first one, for which Python is started, within 300."""

_MEMORY_FAULTS: Final = {-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT}
"""How a child ends whose native code does not check whether it was given memory: msgspec 0.22 does
not, for a long string in a list. A crash for any other reason looks the same."""


async def probe_child(launcher: Launcher, bounds: Bounds) -> Locks:
    """Start a child only to learn what locks hold it.

    Raises ServiceError, which says how that has failed.
    """
    who = "The converter process"
    with launch_faults_reported(on_timeout=no_answer(who, _PROBE_SECONDS)):
        ended = await launcher.run(child.report_ready, bounds, timeout=_PROBE_SECONDS)
    reply = decode(ended.reply)
    if not isinstance(reply, Ready):
        raise ended_early(who, ended)
    return reply.locks


@contextmanager
def launch_faults_reported(*, on_timeout: ServiceError) -> Iterator[None]:
    """Turns what `Launcher.run` raises into what the client is told."""
    try:
        yield
    except CannotStart as error:
        raise no_process() from error
    except TimeoutError:
        raise on_timeout from None


def reply_of(ended: Ended, bounds: Bounds, record: Record) -> Reply:
    """A child's reply, unless it is one of the failures that all children share.

    Raises ServiceError for those, and for a child that ended without a reply.
    """
    reply = decode(ended.reply)
    match reply:
        case Refused():
            record.stage = reply.stage
            raise _refusal(reply)
        case FullDisk():
            raise no_space_left()
        case OutOfMemory():
            raise limit_exceeded(bounds.memory_bytes, "bytes of memory")
        case Crashed(traceback=traceback, stage=stage):
            record.stage = stage
            record.facts["child_traceback"] = traceback
            raise conversion_failed()
        case None:
            _raise_for_silence(ended.exit_code, bounds, record)
    return reply


def _refusal(reply: Refused) -> ServiceError:
    return ServiceError(
        ErrorCode.named(reply.code),
        reply.detail,
        remedy=reply.remedy,
        entry=reply.entry,
        limit=reply.limit,
    )


def unexpected_reply(ended: Ended, record: Record) -> ServiceError:
    """The error for a child whose reply is not one that it was started for."""
    record.facts["child_ended_by"] = cause_of_end(ended.exit_code)
    return conversion_failed()


def _raise_for_silence(exit_code: int | None, bounds: Bounds, record: Record) -> NoReturn:
    if exit_code == -signal.SIGXCPU:
        raise limit_exceeded(bounds.cpu_seconds, "s of CPU time")
    record.facts["child_ended_by"] = cause_of_end(exit_code)
    if exit_code in _MEMORY_FAULTS:
        raise limit_exceeded(bounds.memory_bytes, "bytes of memory")
    raise conversion_failed()
