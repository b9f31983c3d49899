"""What a child's last message says, whatever the child was started for."""

import errno
import os
import traceback
from collections.abc import Callable
from typing import Final

from app.core.full_disk import is_full_disk
from app.worker.locks.bounds import Bounds
from app.worker.protocol import Crashed, Extracted, FullDisk, OutOfMemory, Refused, Reply, encode
from docc2context import Code, DestinationError, Docc2contextError, Reading, Stage

_TRACEBACK_CHARS: Final = 8_000
"""The end names the fault; JSON takes at most six bytes per character, so it fits a reply."""

_OUT_OF_MEMORY: Final = encode(OutOfMemory())
"""Made while there still is memory."""


def send_reply(reply: int, message: Reply) -> None:
    """Send a child's last message."""
    _send(reply, encode(message))


def reply_with(
    reply: int, work: Callable[[], Reply], bounds: Bounds, reading: Reading | None = None
) -> None:
    """Do a child's work, and send what it returns, or else why it failed.

    `reading` says how far the archive had been read by then; without one, it had been read whole.
    """
    try:
        message = encode(work())
    except Exception as error:  # the boundary: nothing gets past it
        message = _failure_reply(error, bounds, reading.stage if reading else "converting")
    _send(reply, message)


def _send(reply: int, message: bytes) -> None:
    # Left open on purpose: the pipe ends when this process does, and the parent waits for that.
    os.write(reply, message)


def _failure_reply(error: Exception, bounds: Bounds, stage: Stage) -> bytes:
    # First, and without a new object: there may be no memory for one.
    if _comes_from(error, _is_out_of_memory):
        return _OUT_OF_MEMORY
    return encode(_failure(error, bounds, stage))


def _failure(error: Exception, bounds: Bounds, stage: Stage) -> Reply:
    if _comes_from(error, is_full_disk):
        return FullDisk()
    if _comes_from(error, _is_file_too_large):
        return output_too_large(bounds.file_bytes)
    if isinstance(error, Docc2contextError) and not isinstance(error, DestinationError):
        return _refusal(error, stage)
    return Crashed(traceback.format_exc()[-_TRACEBACK_CHARS:], stage)


def extracted(reading: Reading) -> Extracted:
    """What the parent is told about the reading of an archive."""
    return Extracted(files=reading.files, bytes=reading.bytes, seconds=round(reading.seconds, 6))


def output_too_large(max_bytes: int) -> Refused:
    """The reply for a result that became too large."""
    return Refused(
        code=Code.OUTPUT_TOO_LARGE.value,
        detail=f"The result is over the limit of {max_bytes} bytes.",
        limit=max_bytes,
    )


def _refusal(error: Docc2contextError, stage: Stage) -> Refused:
    return Refused(
        code=error.code.value,
        detail=_sentence(error.message),
        remedy=_sentence(error.remedy),
        entry=error.entry,
        limit=error.limit,
        stage=stage,
    )


def _sentence(words: str) -> str:
    """The library's words, which follow a colon on the command line, as a separate sentence."""
    return f"{words[0].upper()}{words[1:]}."


def _comes_from(error: BaseException | None, is_cause: Callable[[BaseException], bool]) -> bool:
    """Whether `error`, or any error that the converter wrapped in it, is such a cause."""
    while error is not None:
        if is_cause(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_out_of_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError)


def _is_file_too_large(error: BaseException) -> bool:
    # Python ignores SIGXFSZ, so RLIMIT_FSIZE shows as an error of write(2).
    return isinstance(error, OSError) and error.errno == errno.EFBIG
