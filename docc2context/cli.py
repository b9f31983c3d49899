"""The command line: `docc2context convert ARCHIVE -o OUT`."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, get_args

import msgspec
from tqdm import tqdm

from docc2context.bundle.report import Report
from docc2context.convert import convert
from docc2context.errors import Docc2contextError
from docc2context.model.variants import Language
from docc2context.version import __version__

DONE, FAILED, USAGE, PAGES_LOST = 0, 1, 2, 3
"""Exit codes; 2 is argparse's own, 3 means done, but with pages lost, under `--strict`."""

_COMMANDS = frozenset({"convert"})
_SHOWN_SKIPPED = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(
        _as_convert(list(sys.argv[1:] if arguments is None else arguments))
    )
    try:
        report = _convert(options)
    except Docc2contextError as error:
        return _failed(options.archive, f"{error} [{error.code}]")
    except OSError as error:
        return _failed(options.archive, error.strerror or str(error))
    except KeyboardInterrupt:
        return _failed(options.archive, "interrupted; nothing was written")
    _tell(report, options.output, as_json=options.json)
    return PAGES_LOST if options.strict and report.pages_skipped else DONE


def _as_convert(arguments: list[str]) -> list[str]:
    """Take `docc2context ARCHIVE --output DIR --force`, the form of the Swift tool of this name."""
    first = next((argument for argument in arguments if not argument.startswith("-")), None)
    return arguments if first is None or first in _COMMANDS else ["convert", *arguments]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="docc2context", description="Turn a DocC documentation archive into Markdown."
    )
    parser.add_argument("--version", action="version", version=f"docc2context {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "convert",
        help="convert an archive to a folder or a zip of Markdown",
        description="Convert a DocC archive to a folder or a zip of Markdown. "
        "Exit codes: 0 done, 1 failed, 2 usage, 3 done with pages lost under --strict.",
    )
    command.add_argument(
        "archive", help="a zipped archive, a .doccarchive folder, or - for standard input"
    )
    command.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="a folder, or a file ending in .zip"
    )
    command.add_argument(
        "--language",
        choices=get_args(Language),
        default="all",
        help="show pages that are about several languages in all of them (default) or in one",
    )
    command.add_argument("--force", action="store_true", help="replace a bundle that stands at OUT")
    command.add_argument(
        "--json", action="store_true", help="print the report as JSON on standard output"
    )
    command.add_argument(
        "--strict", action="store_true", help="exit with 3 if a page could not be converted"
    )
    return parser


def _convert(options: argparse.Namespace) -> Report:
    with ExitStack() as stack:
        source = _standard_input(stack) if options.archive == "-" else Path(options.archive)
        # disable=None: a bar on a terminal, nothing in a log.
        bar = stack.enter_context(tqdm(unit="page", leave=False, disable=None, file=sys.stderr))

        def on_page(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return convert(
            source,
            options.output,
            language=options.language,
            replace=options.force,
            on_page=on_page,
        )


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


def _failed(archive: str, why: str) -> int:
    _say(f"docc2context: cannot convert {archive}: {why}")
    return FAILED


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
