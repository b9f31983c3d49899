"""What runs inside the child process: one conversion, from descriptor to descriptor."""

import errno
import os
import traceback
from typing import Final

import docc2context
from app.worker.protocol import Converted, Crashed, OutOfRoom, Ready, Refused, Reply, encode
from docc2context import Code, Docc2contextError, Limits

_FULL: Final = {errno.ENOSPC, errno.EDQUOT}
_TRACEBACK_CHARS: Final = 8_000
"""Its end names the fault; JSON makes at most six bytes of a character, so it fits a reply."""


def convert(reply: int, upload: int, result: int, limits: Limits) -> None:
    """Convert the archive in `upload` into the empty file `result` and say on `reply` how it went.

    All three are descriptors that the child owns.
    """
    _lead_own_group()
    _tell(reply, _outcome(upload, result, limits))


def greet(reply: int) -> None:
    """Say that a child can be started and has all it needs."""
    _lead_own_group()
    _tell(reply, Ready())


def _lead_own_group() -> None:
    # The parent kills the whole group, and a Ctrl-C in its terminal does not reach this one.
    os.setsid()


def _tell(reply: int, message: Reply) -> None:
    # Left open on purpose: the pipe ends when this process does, and the parent waits for that.
    os.write(reply, encode(message))


def _outcome(upload: int, result: int, limits: Limits) -> Reply:
    try:
        return _converted(upload, result, limits)
    except Exception as error:  # the border: nothing gets past it
        if _disk_was_full(error):
            return OutOfRoom()
        if isinstance(error, Docc2contextError) and error.code is not Code.DESTINATION_UNUSABLE:
            return _refusal(error)
        return Crashed(traceback.format_exc()[-_TRACEBACK_CHARS:])


def _converted(upload: int, result: int, limits: Limits) -> Converted:
    with open(upload, "rb") as source, open(result, "wb") as destination:
        # The parent, with which the offset is shared, has left it at the end.
        source.seek(0)
        report = docc2context.convert(source, destination, limits=limits)
    return Converted(
        pages_converted=report.pages_converted,
        pages_skipped=len(report.pages_skipped),
        unknown_nodes=sum(report.unknown_nodes.values()),
        missing_references=report.missing_references,
        output_bytes=report.output_bytes,
    )


def _refusal(error: Docc2contextError) -> Refused:
    return Refused(code=error.code.value, detail=str(error), entry=error.entry, limit=error.limit)


def _disk_was_full(error: BaseException | None) -> bool:
    """Whether a full disk is what `error` comes from, however the converter has wrapped it."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        error = error.__cause__ or error.__context__
    return False
