"""The operator's command in place of our own converter: CONVERTER_COMMAND.

Uploads are read by the same locked child, so that all rules for archives hold; the command gets
files that have passed them, in a folder that is gone afterwards.
"""

import asyncio
import math
import os
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from io import FileIO
from pathlib import Path
from typing import Final

import msgspec
import structlog

from app.core.errors import ServiceError
from app.services.child_replies import (
    launch_faults_reported,
    probe_child,
    reply_of,
    unexpected_reply,
)
from app.services.conversion_errors import (
    cause_of_end,
    conversion_failed,
    conversion_timeout,
    converter_unavailable,
    ended_early,
    limit_exceeded,
    no_answer,
)
from app.services.journal import Record
from app.services.workspace.files import unnamed_file
from app.services.workspace.scratch import scratch_folder
from app.worker import outside
from app.worker.launcher import Launcher
from app.worker.locks.bounds import Bounds
from app.worker.locks.lock_up import Locks
from app.worker.options import Options
from app.worker.outside import Command
from app.worker.protocol import (
    CannotRun,
    CommandFailed,
    Converted,
    OutputZipped,
    Runs,
    Selected,
    decode,
)
from app.worker.sent_file import SentFile
from docc2context import Limits

_PROBE_TIMEOUT_SECONDS: Final = 10.0
"""For `--help`, which a program may first have to load its runtime for."""

DISTRUST_SECONDS: Final = 600.0
"""How long a command that could not be run for a conversion counts as unavailable, whatever it says
when asked for `--help`: longer than ConverterUnavailable takes to fire."""

_NAMES_BYTES: Final = 256 << 20
"""Room for the names of a selection beside its content: more than an archive may have of them."""

log = structlog.get_logger()


class OutsideConverter:
    """The operator's command, a `Converter` without options."""

    takes_options = False

    def __init__(  # noqa: PLR0913  # settings, each with a name at the call, and the clock
        self,
        command: Sequence[str],
        *,
        workspace: Path,
        launcher: Launcher,
        limits: Limits,
        bounds: Bounds,
        timeout_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take a command and its limits; `clock` is for the time that it is not trusted."""
        self._program, *self._first_arguments = command
        self._workspace = workspace
        self._launcher = launcher
        self._limits = limits
        self._bounds = bounds
        self._reading_bounds = msgspec.structs.replace(
            bounds, file_bytes=limits.max_archive_bytes + _NAMES_BYTES
        )
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._distrusted_until = -math.inf

    async def run(
        self,
        upload: FileIO,
        result: FileIO,
        options: Options,  # noqa: ARG002  # none is set: it has no options
        record: Record,
    ) -> Converted:
        end = asyncio.get_running_loop().time() + self._timeout_seconds
        with launch_faults_reported(on_timeout=conversion_timeout(self._timeout_seconds)):
            async with unnamed_file(self._workspace) as selection:
                selected = await self._select(upload, selection, end, record)
                record.facts["pages_selected"] = selected.pages
                async with scratch_folder(self._workspace) as folder:
                    zipped = await self._run_command(selection, result, folder, end, record)
        return Converted(
            pages_converted=zipped.documents,
            pages_skipped=0,
            unknown_nodes={},
            missing_references=0,
            assets_copied=0,
            output_bytes=zipped.output_bytes,
            extracted=selected.extracted,
        )

    async def probe(self) -> Locks:
        locks = await probe_child(self._launcher, self._bounds)
        await self._try_command()
        # Asked last: a conversion may have failed meanwhile.
        if self._clock() < self._distrusted_until:
            raise _cannot_run()
        return locks

    async def _select(
        self, upload: FileIO, selection: FileIO, end: float, record: Record
    ) -> Selected:
        record.stage = "converting"
        ended = await self._launcher.run(
            outside.read_upload,
            SentFile(upload),
            SentFile(selection),
            self._limits,
            self._reading_bounds,
            timeout=_seconds_until(end),
        )
        reply = reply_of(ended, self._bounds, record)
        if not isinstance(reply, Selected):
            raise unexpected_reply(ended, record)
        return reply

    async def _run_command(
        self, selection: FileIO, result: FileIO, folder: Path, end: float, record: Record
    ) -> OutputZipped:
        ended = await self._launcher.run(
            outside.run_command,
            SentFile(selection),
            SentFile(result),
            self._command(folder),
            self._limits,
            self._bounds,
            timeout=_seconds_until(end),
            stop=signal.SIGTERM,
        )
        match reply_of(ended, self._bounds, record):
            case OutputZipped() as zipped:
                self._distrusted_until = -math.inf
                return zipped
            case CannotRun(why=why, is_passing=is_passing):
                if not is_passing:
                    self._distrusted_until = self._clock() + DISTRUST_SECONDS
                record.facts["converter_error"] = why
                raise _cannot_run()
            case CommandFailed(exit_code=exit_code) if exit_code == -signal.SIGXCPU:
                raise limit_exceeded(self._bounds.cpu_seconds, "s of CPU time")
            case CommandFailed(exit_code=exit_code, why=why, output_end=output_end):
                record.facts["converter_error"] = f"{why} ({cause_of_end(exit_code)})"
                record.facts["converter_said"] = output_end
                raise conversion_failed()
        raise unexpected_reply(ended, record)

    async def _try_command(self) -> None:
        """Have the system run the command. Raises ServiceError if it does not."""
        who = "The converter command, asked for --help,"
        with launch_faults_reported(on_timeout=no_answer(who, _PROBE_TIMEOUT_SECONDS)):
            async with scratch_folder(self._workspace) as folder:
                ended = await self._launcher.run(
                    outside.try_help,
                    self._command(folder),
                    self._bounds,
                    timeout=_PROBE_TIMEOUT_SECONDS,
                    stop=signal.SIGTERM,
                )
        match decode(ended.reply):
            case Runs():
                return
            case CannotRun(why=why):
                log.warning("converter_cannot_run", why=why)
                raise _cannot_run()
        raise ended_early(who, ended)

    def _command(self, folder: Path) -> Command:
        """Raises ServiceError `converter_unavailable` if there is no such program."""
        search_path = os.environ.get("PATH", os.defpath)
        program = shutil.which(self._program, path=search_path)
        if program is None:
            log.warning("converter_not_found", program=self._program)
            raise _cannot_run()
        return Command(
            arguments=[str(Path(program).absolute()), *self._first_arguments],
            search_path=search_path,
            folder=str(folder),
        )


def _seconds_until(end: float) -> float:
    """How long it is until then on the loop's clock; negative afterwards."""
    return end - asyncio.get_running_loop().time()


def _cannot_run() -> ServiceError:
    return converter_unavailable("This service's converter command cannot be run.")
