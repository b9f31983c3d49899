"""The command line: `docc2context convert ARCHIVE -o OUT`, `docc2context check ARCHIVE BUNDLE`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, get_args

import msgspec
from tqdm import tqdm

from docc2context.bundle.report import Report
from docc2context.check import check
from docc2context.check.command import tell as tell_losses
from docc2context.convert import ASSETS_IN_ONE_DOCUMENT, convert
from docc2context.errors import Docc2contextError
from docc2context.model.variants import Language
from docc2context.version import __version__

DONE, FAILED, USAGE, LOST = 0, 1, 2, 3
"""Exit codes; 2 is argparse's own, 3 means done, but with pages or strings lost."""

_STANDARD = "-"
"""Standard input where an archive is named, standard output where a destination is."""

_COMMANDS = frozenset({"check", "convert"})
_SHOWN_SKIPPED = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = _parser()
    options = parser.parse_args(_as_convert(list(sys.argv[1:] if arguments is None else arguments)))
    if (wrong := _contradiction(options)) is not None:
        parser.error(wrong)
    try:
        return _check(options) if options.command == "check" else _convert(options)
    except Docc2contextError as error:
        return _failed(options, f"{error} [{error.code}]")
    except OSError as error:
        return _failed(options, error.strerror or str(error))
    except BrokenExecutor:
        return _failed(options, "a worker was killed, as when memory is short; try --workers 1")
    except KeyboardInterrupt:
        return _failed(options, "interrupted; nothing was written")


def _as_convert(arguments: list[str]) -> list[str]:
    """Take `docc2context ARCHIVE --output DIR --force`, the form of the Swift tool of this name."""
    first = next((argument for argument in arguments if not argument.startswith("-")), None)
    return arguments if first is None or first in _COMMANDS else ["convert", *arguments]


def _contradiction(options: argparse.Namespace) -> str | None:
    """What is wrong with options of which each is right by itself."""
    if options.command != "convert":
        return None
    if options.single and options.assets:
        return ASSETS_IN_ONE_DOCUMENT
    if options.output != _STANDARD:
        return None
    if not options.single:
        return "only one document can go to standard output: add --single"
    if options.json:
        return "the document and the report cannot both go to standard output"
    return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="docc2context", description="Turn a DocC documentation archive into Markdown."
    )
    parser.add_argument("--version", action="version", version=f"docc2context {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    _convert_options(
        commands.add_parser(
            "convert",
            help="convert an archive to a folder, a zip or a document of Markdown",
            description="Convert a DocC archive to a folder, a zip or a document of Markdown. "
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
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="a folder, or a file ending in .zip; with --single any other file, or - for standard "
        "output",
    )
    command.add_argument(
        "--single", action="store_true", help="put all pages into one Markdown document"
    )
    command.add_argument(
        "--workers",
        type=_worker_count,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes that may work on a large archive at once (default: one a processor); "
        "the result is the same",
    )
    command.add_argument(
        "--assets",
        action="store_true",
        help="copy the images, videos and downloads that pages show or link, and link them",
    )
    command.add_argument(
        "--force",
        action="store_true",
        help="replace a bundle, or with --single a document, that stands at OUT",
    )
    command.add_argument(
        "--strict",
        action="store_true",
        help="check what was written; exit with 3 if a page or a string that it displays was lost",
    )


def _worker_count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


def _check_options(command: argparse.ArgumentParser) -> None:
    _common_options(command)
    command.add_argument(
        "bundle", help="a folder, zip or document that `convert` wrote from the archive"
    )


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
        output = _output(options, stack)
        report = convert(
            source,
            output,
            language=options.language,
            replace=options.force,
            single=options.single,
            assets=options.assets,
            workers=options.workers,
            on_page=_progress(stack),
        )
        if options.output == _STANDARD:
            _write_out(output)
        _tell(report, options)
        if not options.strict:
            return DONE
        losses = check(source, output, language=options.language, on_page=_progress(stack))
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
    return _standard_input(stack) if options.archive == _STANDARD else Path(options.archive)


def _output(options: argparse.Namespace, stack: ExitStack) -> Path:
    """Where to write; what goes to standard output goes there when it is whole."""
    if options.output != _STANDARD:
        return Path(options.output)
    return Path(stack.enter_context(tempfile.TemporaryDirectory())) / "document.md"


def _write_out(document: Path) -> None:
    with document.open("rb") as file:
        copyfileobj(file, sys.stdout.buffer)
    sys.stdout.flush()


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


def _tell(report: Report, options: argparse.Namespace) -> None:
    unknown = sum(report.unknown_nodes.values())
    written = f"{report.pages_converted} pages"
    if options.assets:
        written += f" and {report.assets_copied} assets"
    place = "standard output" if options.output == _STANDARD else options.output
    _say(
        f"{written} written to {place}, {len(report.pages_skipped)} skipped, "
        f"{unknown} unknown nodes, {report.missing_references} missing references"
    )
    for page in report.pages_skipped[:_SHOWN_SKIPPED]:
        _say(f"  skipped {page.source}: {page.reason}")
    if (more := len(report.pages_skipped) - _SHOWN_SKIPPED) > 0:
        lists = "the document's front matter" if options.single else "manifest.json"
        _say(f"  … and {more} more; {lists} lists them all")
    for node, count in report.unknown_nodes.items():
        _say(f"  unknown {node}: {count}")
    if options.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n")


def _failed(options: argparse.Namespace, why: str) -> int:
    _say(f"docc2context: cannot {options.command} {options.archive}: {why}")
    return FAILED


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
