"""What a child tells its parent: one of these, as JSON on a pipe, as its last act."""

from typing import Final

import msgspec

from app.worker.locks import Locks
from docc2context import Stage

MAX_REPLY_BYTES: Final = 64 * 1024
"""What the parent reads at most: a reply is a few lines, and a child is not to be trusted."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The child runs, has the converter loaded, and is held by these locks."""

    locks: Locks


class Extracted(msgspec.Struct, frozen=True, kw_only=True):
    """What was inflated of the archive, and the seconds that opening and inflating it took."""

    files: int
    bytes: int
    seconds: float


class Converted(msgspec.Struct, frozen=True, kw_only=True, tag="converted"):
    """The result file holds all that was wanted.

    `unknown_nodes` are counted by the format's types, what is of none of them under `other`.
    """

    pages_converted: int
    pages_skipped: int
    unknown_nodes: dict[str, int]
    missing_references: int
    assets_copied: int
    output_bytes: int
    extracted: Extracted


class Selected(msgspec.Struct, frozen=True, tag="selected"):
    """What an outside converter needs of the upload has been read: so many pages."""

    pages: int
    extracted: Extracted


class Gathered(msgspec.Struct, frozen=True, kw_only=True, tag="gathered"):
    """The result file holds all that an outside converter has written."""

    documents: int
    output_bytes: int


class Runs(msgspec.Struct, frozen=True, tag="runs"):
    """The system runs the outside converter."""


class CannotRun(msgspec.Struct, frozen=True, tag="cannot_run"):
    """The system does not run the outside converter; `why` is for the log only."""

    why: str


class CommandFailed(msgspec.Struct, frozen=True, tag="command_failed"):
    """The outside converter ended without a result that could be taken; for the log only."""

    exit_code: int
    why: str
    said: str


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The upload cannot be converted; `code` is one of the service's catalogue.

    Without a `remedy`, the catalogue's is meant.
    """

    code: str
    detail: str
    remedy: str | None = None
    entry: str | None = None
    limit: int | None = None
    stage: Stage = "converting"


class OutOfRoom(msgspec.Struct, frozen=True, tag="out_of_room"):
    """The disk or quota was full when the result was written."""


class OutOfMemory(msgspec.Struct, frozen=True, tag="out_of_memory"):
    """The conversion needed more memory than its bounds allow."""


class Crashed(msgspec.Struct, frozen=True, tag="crashed"):
    """The converter has a mistake; the traceback is for the log only."""

    traceback: str
    stage: Stage = "converting"


Reply = (
    Ready
    | Converted
    | Selected
    | Gathered
    | Runs
    | CannotRun
    | CommandFailed
    | Refused
    | OutOfRoom
    | OutOfMemory
    | Crashed
)

encode = msgspec.json.encode

_decoder: Final = msgspec.json.Decoder[Reply](Reply)


def decode(data: bytes) -> Reply | None:
    """What a child said; None if it died before it had said it, or said nonsense."""
    try:
        reply: Reply = _decoder.decode(data)
    except msgspec.MsgspecError:
        return None
    return reply
