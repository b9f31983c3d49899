"""The command line: `docc2context convert ARCHIVE -o OUT`, `docc2context check ARCHIVE BUNDLE`."""

import argparse
import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

import msgspec
from msgspec import structs
from tqdm import tqdm

from docc2context.bundle.destinations import is_stream
from docc2context.bundle.report import Report
from docc2context.check import CheckReport, check
from docc2context.check.summary import summary as check_summary
from docc2context.command.conversion_summary import conversion_summary
from docc2context.command.options import STANDARD, output_name, parsed
from docc2context.command.stopping import Stopped, ignore_stops, leaving, raise_stops
from docc2context.command.streams import (
    OutputUnread,
    kept_document,
    kept_input,
    say,
    standard_output,
)
from docc2context.convert import convert
from docc2context.errors import Code, Docc2contextError
from docc2context.wording import readable

DONE, FAILED, LOST = 0, 1, 3
"""Exit codes; 2 is argparse's own, 3 means done, but with pages or strings lost."""

UNREAD = 141
"""The exit code if the reader of standard output closes the pipe: that of death by SIGPIPE."""

_REMEDIES = {
    Code.DESTINATION_EXISTS: "choose another place, or add --force to replace it",
    Code.DESTINATION_IS_STREAM: "name a file or a folder, or write one document to standard output "
    "with --single -o -",
}
"""Advice in terms of our options, in place of the library's."""


def run() -> None:
    """Run as a program, and exit with the right code even if a standard stream fails.

    A signal that asks the program to end is obeyed after half-written output has been removed.
    """
    try:
        raise_stops()
        code = _exit_code_of_main()
        ignore_stops()
    except Stopped as stop:  # which ignores further signals itself
        say(f"docc2context: {stop}")
        code = stop.code
    sys.exit(code)


def _exit_code_of_main() -> int:
    try:
        return main()
    except SystemExit as end:  # an error in the arguments, or what they ask for, has been printed
        return int(end.code or DONE)


def _options(arguments: list[str]) -> argparse.Namespace:
    """As `parsed`, but help that cannot be written is a failure: argparse itself ignores that."""
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            return parsed(arguments)
    except SystemExit as end:
        raise SystemExit(int(end.code or DONE) or _print(printed.getvalue())) from None


def _print(text: str) -> int:
    """Print what was asked for, and return the exit code."""
    try:
        with standard_output() as out:
            out.write(text.encode())
    except OutputUnread:
        return UNREAD
    except OSError as error:
        say(f"docc2context: {_reason(error)}")
        return FAILED
    return DONE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _options(list(sys.argv[1:] if arguments is None else arguments))
    try:
        return _run_command(options)
    except OutputUnread:
        return UNREAD
    except (Docc2contextError, OSError) as error:
        return _failed(options, _reason(error))
    except BrokenExecutor:
        return _failed(
            options,
            "a worker process could not be started, or was killed, perhaps because memory, "
            "processes or open files ran out; try --workers 1",
        )


def _run_command(options: argparse.Namespace) -> int:
    if options.json or options.output == STANDARD:
        with standard_output():  # fails now, and not after all the work, if it is closed
            pass
    return _check(options) if options.command == "check" else _convert(options)


def _convert(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        stack.enter_context(leaving("no half-written output is left"))
        source = _source(options, stack)
        output = _output(options, stack)
        with _progress() as on_page:
            report = convert(
                source,
                output,
                language=options.language,
                replace=options.force,
                single=options.single,
                assets=options.assets,
                workers=options.workers,
                on_page=on_page,
            )
        if options.output == STANDARD:
            _copy_to_standard_output(output)
        with leaving(
            f"what was written to {output_name(options)} is complete, but was not checked"
        ):
            for line in conversion_summary(report, options):
                say(line)
            losses = _losses(source, output, options) if options.strict else None
    if losses is not None:
        _print_losses(losses)
    if options.json:
        _print_json({**structs.asdict(report), "check": losses} if options.strict else report)
    return _strict_code(report, losses) if options.strict else DONE


def _losses(
    source: Path | BinaryIO, output: Path, options: argparse.Namespace
) -> CheckReport | None:
    """What the check finds; None if it fails, which is said here: the report is still due."""
    try:
        return _checked(source, output)
    except (Docc2contextError, OSError) as error:
        what = f"what was written to {output_name(options)}"
        say(f"docc2context: cannot check {what}: {_reason(error)}")
        return None


def _strict_code(report: Report, losses: CheckReport | None) -> int:
    if losses is None:
        return FAILED
    return LOST if report.pages_skipped or not losses.is_complete else DONE


def _check(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        stack.enter_context(leaving("the check did not finish"))
        losses = _checked(_source(options, stack), options.bundle)
    _print_losses(losses)
    if options.json:
        _print_json(losses)
    return DONE if losses.is_complete else LOST


def _checked(source: Path | BinaryIO, bundle: Path | str) -> CheckReport:
    with _progress() as on_page:
        return check(source, bundle, on_page=on_page)


def _source(options: argparse.Namespace, stack: ExitStack) -> Path | BinaryIO:
    if options.archive == STANDARD:
        return stack.enter_context(kept_input())
    path = Path(options.archive)
    if is_stream(path):
        raise OSError("it is a pipe or a device; name a file or folder, or - for standard input")
    return path


def _output(options: argparse.Namespace, stack: ExitStack) -> Path:
    """Where to write: for standard output, a file that is copied there when it is complete."""
    if options.output != STANDARD:
        return Path(options.output)
    return stack.enter_context(kept_document())


def _copy_to_standard_output(document: Path) -> None:
    with (
        leaving("standard output may be incomplete"),
        document.open("rb") as file,
        standard_output() as out,
    ):
        copyfileobj(file, out)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, gone at the end; nothing in a log (`disable=None`)."""
    disable = None if sys.stderr else True
    # Without tqdm's thread, which warns of it if there is none to spare; every page is drawn in
    # time by itself, as none waits for `miniters` of them.
    tqdm.monitor_interval = 0
    with tqdm(unit="page", leave=False, disable=disable, miniters=1, file=sys.stderr) as bar:

        def on_page(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield on_page


def _print_losses(losses: CheckReport) -> None:
    for line in check_summary(losses):
        say(line)


def _print_json(report: Report | CheckReport | Mapping[str, object]) -> None:
    with standard_output() as out:
        out.write(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


def _reason(error: Docc2contextError | OSError) -> str:
    """What an error says, with advice in terms of our options."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    error.remedy = _REMEDIES.get(error.code, error.remedy)
    return f"{error} [{error.code}]"


def _failed(options: argparse.Namespace, why: str) -> int:
    say(f"docc2context: cannot {options.command} {readable(options.archive)}: {why}")
    return FAILED
