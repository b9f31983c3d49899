"""The command line: `docc2context convert ARCHIVE -o OUT`, `docc2context check ARCHIVE BUNDLE`."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, get_args

import msgspec
from tqdm import tqdm

from docc2context.bundle.report import Report
from docc2context.check import check
from docc2context.check.command import tell as tell_losses
from docc2context.convert import convert
from docc2context.errors import Docc2contextError
from docc2context.model.variants import Language
from docc2context.version import __version__

DONE, FAILED, USAGE, LOST = 0, 1, 2, 3
"""Exit codes; 2 is argparse's own, 3 means done, but with pages or strings lost."""

_COMMANDS = frozenset({"check", "convert"})
_SHOWN_SKIPPED = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(
        _as_convert(list(sys.argv[1:] if arguments is None else arguments))
    )
    try:
        return _check(options) if options.command == "check" else _convert(options)
    except Docc2contextError as error:
        return _failed(options, f"{error} [{error.code}]")
    except OSError as error:
        return _failed(options, error.strerror or str(error))
    except KeyboardInterrupt:
        return _failed(options, "interrupted; nothing was written")


def _as_convert(arguments: list[str]) -> list[str]:
    """Take `docc2context ARCHIVE --output DIR --force`, the form of the Swift tool of this name."""
    first = next((argument for argument in arguments if not argument.startswith("-")), None)
    return arguments if first is None or first in _COMMANDS else ["convert", *arguments]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="docc2context", description="Turn a DocC documentation archive into Markdown."
    )
    parser.add_argument("--version", action="version", version=f"docc2context {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    _convert_options(
        commands.add_parser(
            "convert",
            help="convert an archive to a folder or a zip of Markdown",
            description="Convert a DocC archive to a folder or a zip of Markdown. "
            "Exit codes: 0 done, 1 failed, 2 usage, 3 done with losses under --strict.",
        )
    )
    _check_options(
        commands.add_parser(
            "check",
            help="name what an archive's pages display and a bundle lacks",
            description="Look for every string that an archive's pages display in the bundle made "
            "from it. Exit codes: 0 nothing is missing, 1 failed, 2 usage, 3 something is missing.",
        )
    )
    return parser


def _convert_options(command: argparse.ArgumentParser) -> None:
    _common_options(command)
    command.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="a folder, or a file ending in .zip"
    )
    command.add_argument("--force", action="store_true", help="replace a bundle that stands at OUT")
    command.add_argument(
        "--strict",
        action="store_true",
        help="check the bundle; exit with 3 if a page or a string that it displays was lost",
    )


def _check_options(command: argparse.ArgumentParser) -> None:
    _common_options(command)
    command.add_argument("bundle", help="a folder or a zip that `convert` wrote from the archive")


def _common_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "archive", help="a zipped archive, a .doccarchive folder, or - for standard input"
    )
    command.add_argument(
        "--language",
        choices=get_args(Language),
        default="all",
        help="show pages that are about several languages in all of them (default) or in one",
    )
    command.add_argument(
        "--json", action="store_true", help="print the report as JSON on standard output"
    )


def _convert(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        source = _source(options, stack)
        report = convert(
            source,
            options.output,
            language=options.language,
            replace=options.force,
            on_page=_progress(stack),
        )
        _tell(report, options.output, as_json=options.json)
        if not options.strict:
            return DONE
        losses = check(source, options.output, language=options.language, on_page=_progress(stack))
    tell_losses(losses, as_json=False)
    return DONE if losses.is_complete and not report.pages_skipped else LOST


def _check(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        losses = check(
            _source(options, stack),
            options.bundle,
            language=options.language,
            on_page=_progress(stack),
        )
    tell_losses(losses, as_json=options.json)
    return DONE if losses.is_complete else LOST


def _source(options: argparse.Namespace, stack: ExitStack) -> Path | BinaryIO:
    return _standard_input(stack) if options.archive == "-" else Path(options.archive)


def _progress(stack: ExitStack) -> Callable[[int, int], None]:
    """A bar on a terminal, nothing in a log, as `disable=None` says."""
    bar = stack.enter_context(tqdm(unit="page", leave=False, disable=None, file=sys.stderr))

    def on_page(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return on_page


def _standard_input(stack: ExitStack) -> BinaryIO:
    """Standard input on disk: a zip is read from its end."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the stack closes it
    copyfileobj(sys.stdin.buffer, stack.enter_context(file))
    return file


def _tell(report: Report, output: str, *, as_json: bool) -> None:
    unknown = sum(report.unknown_nodes.values())
    _say(
        f"{report.pages_converted} pages written to {output}, {len(report.pages_skipped)} skipped, "
        f"{unknown} unknown nodes, {report.missing_references} missing references"
    )
    for page in report.pages_skipped[:_SHOWN_SKIPPED]:
        _say(f"  skipped {page.source}: {page.reason}")
    if (more := len(report.pages_skipped) - _SHOWN_SKIPPED) > 0:
        _say(f"  … and {more} more; manifest.json lists them all")
    for node, count in report.unknown_nodes.items():
        _say(f"  unknown {node}: {count}")
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n")


def _failed(options: argparse.Namespace, why: str) -> int:
    _say(f"docc2context: cannot {options.command} {options.archive}: {why}")
    return FAILED


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
