"""A conversion by an outside command, in two children: one reads the upload, one runs the command.

The first is locked as for our own converter and writes the pages that it selects to a file. The
second, which does not parse them, makes files of them, runs the command and collects what it has
written.
"""

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from app.worker import program
from app.worker.locks.bounds import Bounds
from app.worker.locks.lock_up import lock_up
from app.worker.output import UnusableOutput, zip_output
from app.worker.protocol import (
    CannotRun,
    CommandFailed,
    OutputZipped,
    Refused,
    Reply,
    Runs,
    Selected,
)
from app.worker.replies import extracted, output_too_large, reply_with, send_reply
from app.worker.selection import NameTooLong, select, unpack
from app.worker.sent_file import opened
from docc2context import Code, Limits, Reading
from docc2context.wording import quoted

_ARCHIVE: Final = "Archive.doccarchive"
"""The Swift tool takes only a folder with that ending."""

_OUTPUT: Final = "output"
_TEMPORARY: Final = "tmp"
_TEMPORARY_BYTES: Final = 64 << 20
"""How much its folder may hold besides the archive and the result."""

_HELP: Final = "--help"
_HELP_ENTRIES: Final = 1000
"""How many files and folders that may make: none are expected."""


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
    reply_with(reply, partial(_select, upload, selection, limits, reading), bounds, reading)


def run_command(
    reply: int, selection: int, result: int, command: Command, limits: Limits, bounds: Bounds
) -> None:
    """Unpack `selection`, run the command, and write what it makes to `result` as a zip."""
    program.prepare((reply, selection, result))
    with suppress(program.Stopped):
        reply_with(reply, partial(_convert, selection, result, command, limits, bounds), bounds)


def try_help(reply: int, command: Command, bounds: Bounds) -> None:
    """Report whether the system runs the command with `--help`; its answer does not matter."""
    program.prepare((reply,))
    with suppress(program.Stopped):
        send_reply(reply, _run_help(command, bounds))


def _select(upload: int, selection: int, limits: Limits, reading: Reading) -> Selected:
    with opened(upload) as source, open(selection, "wb") as destination:
        pages = select(source, destination, limits, reading)
    return Selected(pages, extracted(reading))


def _convert(
    selection: int, result: int, command: Command, limits: Limits, bounds: Bounds
) -> Reply:
    folder = Path(command.folder)
    try:
        with opened(selection) as source:
            unpacked = unpack(source, folder / _ARCHIVE)
    except NameTooLong as error:
        return _name_too_long(error.entry)
    max_bytes = unpacked + limits.max_output_bytes + _TEMPORARY_BYTES
    place = program.Place(folder, max_bytes, 4 * limits.max_entries)
    try:
        ended = _run(command, [_ARCHIVE, "--output", _OUTPUT, "--force"], place, bounds)
    except program.NotRunnable as error:
        return CannotRun(str(error), is_passing=error.is_passing)
    except program.OutgrewFolder:
        return output_too_large(limits.max_output_bytes)
    if ended.exit_code != 0:
        return _failure(ended, folder / _OUTPUT, limits)
    return _zip(folder / _OUTPUT, result, limits, ended.output_end)


def _run_help(command: Command, bounds: Bounds) -> Reply:
    place = program.Place(Path(command.folder), bounds.file_bytes, _HELP_ENTRIES)
    try:
        ended = _run(command, [_HELP], place, bounds)
    except program.NotRunnable as error:
        return CannotRun(str(error), is_passing=error.is_passing)
    except program.OutgrewFolder:
        return CannotRun("it wrote more than its folder may hold")
    return _not_run(ended) or Runs()


def _name_too_long(entry: str) -> Refused:
    return Refused(
        code=Code.UNSAFE_ENTRY_NAME.value,
        detail="The name of an entry is too long for the converter's file system.",
        remedy="Leave that entry out of the zip, or rename it.",
        entry=quoted(entry),
    )


def _run(
    command: Command, arguments: list[str], place: program.Place, bounds: Bounds
) -> program.Finished:
    """Run the command, which finds the folder that TMPDIR names. Raises as `program.run` does."""
    (place.folder / _TEMPORARY).mkdir()
    return program.run([*command.arguments, *arguments], _environment(command), place, bounds)


def _environment(command: Command) -> dict[str, str]:
    """Next to nothing: the service's own environment may hold secrets."""
    temporary = os.path.join(command.folder, _TEMPORARY)  # noqa: PTH118  # environments are text
    return {
        "PATH": command.search_path,
        "HOME": command.folder,
        "TMPDIR": temporary,
        "LANG": "C.UTF-8",
    }


def _failure(ended: program.Finished, output: Path, limits: Limits) -> Reply:
    """Why a command that ran to its end has failed."""
    # If it hits the limit on file sizes, no exit code tells so.
    output_bytes, _ = program.size_and_entries(output)
    if output_bytes >= limits.max_output_bytes:
        return output_too_large(limits.max_output_bytes)
    return _not_run(ended) or CommandFailed(ended.exit_code, "it failed", ended.output_end)


def _not_run(ended: program.Finished) -> CannotRun | None:
    """126 and 127 are the exit codes of shells and loaders for a program that they cannot run."""
    if ended.exit_code in (126, 127):
        return CannotRun(f"exit code {ended.exit_code}: {ended.output_end}")
    return None


def _zip(output: Path, result: int, limits: Limits, output_end: str) -> Reply:
    try:
        with open(result, "wb") as destination:
            zipped = zip_output(
                output,
                destination,
                max_bytes=limits.max_output_bytes,
                max_entries=2 * limits.max_entries,
            )
    except UnusableOutput as error:
        return CommandFailed(0, f"it wrote {error}", output_end)
    if zipped.documents == 0:
        return CommandFailed(0, "it wrote no Markdown", output_end)
    return OutputZipped(documents=zipped.documents, output_bytes=zipped.output_bytes)
