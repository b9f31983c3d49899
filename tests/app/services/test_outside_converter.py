"""What the operator's command is told to do, and what its end means, without starting it."""

import asyncio
import os
import signal
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import ErrorCode, ServiceError
from app.services.journal import Record
from app.services.outside_converter import OutsideConverter
from app.worker.launcher import Ended, Launcher
from app.worker.locks.bounds import Bounds
from app.worker.locks.lock_up import Locks
from app.worker.options import Options
from app.worker.outside import Command
from app.worker.protocol import (
    CannotRun,
    CommandFailed,
    Converted,
    Extracted,
    OutputZipped,
    Ready,
    Reply,
    Runs,
    Selected,
    encode,
)
from docc2context import DEFAULT_LIMITS

EXTRACTED = Extracted(files=5, bytes=6, seconds=0.5)
SELECTED = Selected(3, EXTRACTED)
ZIPPED = OutputZipped(documents=2, output_bytes=9)


class ToldLauncher(Launcher):
    """Starts nothing: each job ends as it was told, without a reply if of that nothing was told."""

    def __init__(self, **replies: Reply) -> None:
        self._replies = {"report_ready": Ready(Locks([], {})), **replies}
        self.commands: list[Command] = []
        self.jobs: list[tuple[str, signal.Signals]] = []

    async def run(
        self, target: Any, *arguments: Any, stop: signal.Signals = signal.SIGKILL, **_: Any
    ) -> Ended:
        self.commands += [one for one in arguments if isinstance(one, Command)]
        self.jobs.append((target.__name__, stop))
        reply = self._replies.get(target.__name__)
        return Ended(b"" if reply is None else encode(reply), 0)


def converter_of(launcher: Launcher, folder: Path, *command: str) -> OutsideConverter:
    return OutsideConverter(
        command or ["/bin/sh"],
        workspace=folder,
        launcher=launcher,
        limits=DEFAULT_LIMITS,
        bounds=Bounds(memory_bytes=7, cpu_seconds=8, file_bytes=9),
        timeout_seconds=30,
    )


def run(launcher: Launcher, folder: Path, record: Record) -> Converted:
    converter = converter_of(launcher, folder)
    with FileIO(folder / "upload", "w+") as upload, FileIO(folder / "result", "w+") as result:
        return asyncio.run(converter.run(upload, result, Options(), record))


def test_what_the_command_has_written_is_what_was_converted(tmp_path: Path) -> None:
    launcher = ToldLauncher(read_upload=SELECTED, run_command=ZIPPED)
    record = Record()

    assert run(launcher, tmp_path, record) == Converted(
        pages_converted=2,
        pages_skipped=0,
        unknown_nodes={},
        missing_references=0,
        assets_copied=0,
        output_bytes=9,
        extracted=EXTRACTED,
    )
    assert (record.stage, record.facts) == ("converting", {"pages_selected": 3})
    assert launcher.jobs == [("read_upload", signal.SIGKILL), ("run_command", signal.SIGTERM)]


@pytest.mark.parametrize(
    ("replies", "code", "limit", "facts"),
    [
        ({"read_upload": Runs()}, ErrorCode.CONVERSION_FAILED, None,
         {"child_ended_by": "exit code 0"}),
        ({"read_upload": SELECTED, "run_command": Runs()}, ErrorCode.CONVERSION_FAILED, None,
         {"child_ended_by": "exit code 0", "pages_selected": 3}),
        ({"read_upload": SELECTED, "run_command": CannotRun("no such file")},
         ErrorCode.CONVERTER_UNAVAILABLE, None,
         {"converter_error": "no such file", "pages_selected": 3}),
        ({"read_upload": SELECTED, "run_command": CommandFailed(-signal.SIGXCPU, "why", "said")},
         ErrorCode.CONVERSION_LIMIT_EXCEEDED, 8, {"pages_selected": 3}),
    ],
    ids=["wrong reply to the upload", "wrong reply to the command", "cannot run", "CPU time"],
)  # fmt: skip
def test_how_it_ends_is_told_and_logged(
    tmp_path: Path,
    replies: dict[str, Reply],
    code: ErrorCode,
    limit: int | None,
    facts: dict[str, object],
) -> None:
    record = Record()

    with pytest.raises(ServiceError) as caught:
        run(ToldLauncher(**replies), tmp_path, record)

    assert (caught.value.code, caught.value.limit) == (code, limit)
    assert record.facts == facts


@pytest.mark.parametrize("is_passing", [True, False])
def test_a_command_is_distrusted_unless_the_system_was_only_short_of_something(
    tmp_path: Path, is_passing: bool
) -> None:
    refused = CannotRun("Resource temporarily unavailable", is_passing=is_passing)
    launcher = ToldLauncher(read_upload=SELECTED, run_command=refused, try_help=Runs())
    converter = converter_of(launcher, tmp_path)

    async def convert_and_probe() -> None:
        with FileIO(tmp_path / "a", "w+") as upload, FileIO(tmp_path / "b", "w+") as result:
            with pytest.raises(ServiceError) as caught:
                await converter.run(upload, result, Options(), Record())
            assert caught.value.code is ErrorCode.CONVERTER_UNAVAILABLE
        await converter.probe()

    if is_passing:
        asyncio.run(convert_and_probe())
    else:
        with pytest.raises(ServiceError, match="cannot be run"):
            asyncio.run(convert_and_probe())


def test_a_probe_without_an_answer_says_so(tmp_path: Path) -> None:
    launcher = ToldLauncher()

    with pytest.raises(ServiceError) as caught:
        asyncio.run(converter_of(launcher, tmp_path).probe())

    assert caught.value.code is ErrorCode.CONVERTER_UNAVAILABLE
    assert caught.value.detail == (
        "The converter command, asked for --help, ended before it answered: exit code 0."
    )
    assert launcher.jobs == [("report_ready", signal.SIGKILL), ("try_help", signal.SIGTERM)]


@pytest.mark.parametrize("named", ["converter", "./converter"])
def test_a_program_is_looked_for_in_path_or_here_and_called_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    program = tmp_path / "converter"
    program.touch(0o755)
    monkeypatch.chdir(tmp_path)
    path = f"{tmp_path}:{os.environ['PATH']}"
    monkeypatch.setenv("PATH", path)
    launcher = ToldLauncher(try_help=Runs())

    asyncio.run(converter_of(launcher, tmp_path, named, "-x").probe())

    (command,) = launcher.commands
    assert command.arguments == [str(program), "-x"]
    assert command.search_path == path
    assert Path(command.folder).parent == tmp_path
