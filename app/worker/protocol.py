"""What a child tells its parent: one of these, as JSON on a pipe, as its last act."""

from typing import Final

import msgspec

from app.worker.locks.lock_up import Locks
from docc2context import Stage

MAX_REPLY_BYTES: Final = 64 * 1024
"""The most that the parent reads: a reply is a few lines, and a child is not to be trusted."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The child runs, has loaded the converter, and has these locks."""

    locks: Locks


class Extracted(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the archive was inflated, and the seconds that opening and inflating it took."""

    files: int
    bytes: int
    seconds: float


class Converted(msgspec.Struct, frozen=True, kw_only=True, tag="converted"):
    """The result file holds everything that the options ask for.

    `unknown_nodes` are counted by the format's types, with anything else under `other`.
    """

    pages_converted: int
    pages_skipped: int
    unknown_nodes: dict[str, int]
    missing_references: int
    assets_copied: int
    output_bytes: int
    extracted: Extracted


class Selected(msgspec.Struct, frozen=True, tag="selected"):
    """What an outside converter needs from the upload has been read: this many pages."""

    pages: int
    extracted: Extracted


class OutputZipped(msgspec.Struct, frozen=True, kw_only=True, tag="output_zipped"):
    """The result file is a zip of everything that an outside converter has written."""

    documents: int
    output_bytes: int


class Runs(msgspec.Struct, frozen=True, tag="runs"):
    """The system runs the outside converter."""


class CannotRun(msgspec.Struct, frozen=True, tag="cannot_run"):
    """The system does not run the outside converter; `why` is for the log only.

    `is_passing` means that it may run the next time: there was no process or no memory left.
    """

    why: str
    is_passing: bool = False


class CommandFailed(msgspec.Struct, frozen=True, tag="command_failed"):
    """The outside converter ended without a usable result; the reasons are for the log only."""

    exit_code: int
    why: str
    output_end: str


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The upload cannot be converted; `code` is from the service's catalogue.

    Without a `remedy`, the catalogue's applies.
    """

    code: str
    detail: str
    remedy: str | None = None
    entry: str | None = None
    limit: int | None = None
    stage: Stage = "converting"


class FullDisk(msgspec.Struct, frozen=True, tag="full_disk"):
    """The disk or quota was full while the result was written."""


class OutOfMemory(msgspec.Struct, frozen=True, tag="out_of_memory"):
    """The conversion needed more memory than its bounds allow."""


class Crashed(msgspec.Struct, frozen=True, tag="crashed"):
    """The converter has a bug; the traceback is for the log only."""

    traceback: str
    stage: Stage = "converting"


Reply = (
    Ready
    | Converted
    | Selected
    | OutputZipped
    | Runs
    | CannotRun
    | CommandFailed
    | Refused
    | FullDisk
    | OutOfMemory
    | Crashed
)

encode = msgspec.json.encode

_decoder: Final = msgspec.json.Decoder[Reply](Reply)


def decode(data: bytes) -> Reply | None:
    """A child's reply; None if it died before completing it, or sent nonsense."""
    try:
        reply: Reply = _decoder.decode(data)
    except msgspec.MsgspecError:
        return None
    return reply
