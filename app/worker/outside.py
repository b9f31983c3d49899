"""A conversion by an outside command, in two children: one reads the upload, one runs the command.

The first is locked as for our own converter and writes the pages that it selects to a file. The
second, which does not parse them, makes files of them, runs the command and collects what it has
written.
"""

import os
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from app.worker import command
from app.worker.child import extracted, failure_reply, outgrown, tell
from app.worker.harvest import Unusable, gather
from app.worker.locks import Bounds, lock_up
from app.worker.protocol import (
    CannotRun,
    CommandFailed,
    Gathered,
    Refused,
    Reply,
    Runs,
    Selected,
    encode,
)
from app.worker.selection import NameTooLong, select, unpack
from docc2context import Code, Limits, Reading
from docc2context.wording import quoted

_ARCHIVE: Final = "Archive.doccarchive"
"""The Swift tool takes only a folder with that ending."""

_OUTPUT: Final = "output"
_TEMPORARY: Final = "tmp"
_TEMPORARY_BYTES: Final = 64 << 20
"""How much its folder may hold besides the archive and the result."""

_HELP: Final = "--help"


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's command and where it works."""

    arguments: list[str]
    """The program's absolute path, and what precedes our own arguments."""

    search_path: str
    """PATH for what the program itself starts."""

    folder: str
    """Empty, and for this conversion only."""


def read_upload(reply: int, upload: int, selection: int, limits: Limits, bounds: Bounds) -> None:
    """Write the files that the command needs to `selection`, behind all locks."""
    lock_up(bounds, (reply, upload, selection))
    reading = Reading()
    try:
        with open(upload, "rb") as source, open(selection, "wb") as destination:
            source.seek(0)
            pages = select(source, destination, limits, reading)
        message = encode(Selected(pages, extracted(reading)))
    except Exception as error:  # the boundary: nothing gets past it
        message = failure_reply(error, bounds, reading.stage)
    tell(reply, message)


def run_command(
    reply: int, selection: int, result: int, wanted: Command, limits: Limits, bounds: Bounds
) -> None:
    """Unpack `selection`, run the command, and write what it makes to `result` as a zip."""
    command.prepare((reply, selection, result))
    try:
        with open(selection, "rb") as source, open(result, "wb") as destination:
            source.seek(0)
            message = encode(_converted(source, destination, wanted, limits, bounds))
    except command.Stopped:
        return
    except Exception as error:  # the boundary: nothing gets past it
        message = failure_reply(error, bounds, "converting")
    tell(reply, message)


def greet(reply: int, wanted: Command, bounds: Bounds) -> None:
    """Report whether the system runs the command with `--help`; its answer does not matter."""
    command.prepare((reply,))
    place = command.Place(Path(wanted.folder), bounds.file_bytes, 1000)
    try:
        ended = command.run([*wanted.arguments, _HELP], _environment(wanted), place, bounds)
    except command.NotRunnable as error:
        tell(reply, encode(CannotRun(str(error))))
    except command.Stopped:
        return
    else:
        tell(reply, encode(_not_run(ended) or Runs()))


def _converted(
    source: BinaryIO, destination: BinaryIO, wanted: Command, limits: Limits, bounds: Bounds
) -> Reply:
    folder = Path(wanted.folder)
    try:
        unpacked = unpack(source, folder / _ARCHIVE)
    except NameTooLong as error:
        return _unsafe(error.entry)
    (folder / _TEMPORARY).mkdir()
    place = command.Place(
        folder, unpacked + limits.max_output_bytes + _TEMPORARY_BYTES, 4 * limits.max_entries
    )
    arguments = [*wanted.arguments, _ARCHIVE, "--output", _OUTPUT, "--force"]
    try:
        ended = command.run(arguments, _environment(wanted), place, bounds)
    except command.NotRunnable as error:
        return CannotRun(str(error))
    except command.OutgrewFolder:
        return outgrown(limits.max_output_bytes)
    # A program that hits the limit on file sizes fails, and has no exit code to tell us why.
    if ended.exit_code != 0 and command.held_by(folder / _OUTPUT)[0] >= limits.max_output_bytes:
        return outgrown(limits.max_output_bytes)
    if ended.exit_code != 0:
        return _not_run(ended) or CommandFailed(ended.exit_code, "it failed", ended.said)
    return _gathered(folder / _OUTPUT, destination, limits, ended.said)


def _gathered(output: Path, destination: BinaryIO, limits: Limits, said: str) -> Reply:
    try:
        harvest = gather(
            output,
            destination,
            max_bytes=limits.max_output_bytes,
            max_entries=2 * limits.max_entries,
        )
    except Unusable as error:
        return CommandFailed(0, f"it wrote {error}", said)
    if harvest.documents == 0:
        return CommandFailed(0, "it wrote no Markdown", said)
    return Gathered(documents=harvest.documents, output_bytes=harvest.output_bytes)


def _not_run(ended: command.Finished) -> CannotRun | None:
    """126 and 127 are the exit codes of shells and loaders for a program that they cannot run."""
    if ended.exit_code in (126, 127):
        return CannotRun(f"exit code {ended.exit_code}: {ended.said}")
    return None


def _environment(wanted: Command) -> dict[str, str]:
    """Next to nothing: the service's own environment may hold secrets."""
    temporary = os.path.join(wanted.folder, _TEMPORARY)  # noqa: PTH118  # environments are text
    return {
        "PATH": wanted.search_path,
        "HOME": wanted.folder,
        "TMPDIR": temporary,
        "LANG": "C.UTF-8",
    }


def _unsafe(entry: str) -> Refused:
    return Refused(
        code=Code.UNSAFE_ENTRY_NAME.value,
        detail="The name of an entry is too long for the converter's file system.",
        remedy="Leave that entry out of the zip, or rename it.",
        entry=quoted(entry),
    )
