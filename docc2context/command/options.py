"""What the command line can be told: its commands, their options, and their help."""

import argparse
import os
from typing import get_args

from docc2context.convert import ASSETS_IN_ONE_DOCUMENT
from docc2context.model.variants import Language
from docc2context.version import __version__
from docc2context.wording import quoted, readable

STANDARD = "-"
"""Standard input where an archive is named, standard output where a destination is."""

_COMMANDS = ("convert", "check")

_FILE_SUFFIXES = (
    *(".md", ".markdown", ".txt", ".json", ".html"),
    *(".tar", ".gz", ".tgz"),
)
"""How the names of files end. Not just any suffix: `Kit.doccarchive` and `v1.2` name folders."""

_SIGNALS = (
    "If a signal stops the program, 128 plus the signal's number: 130 for Ctrl-C, 143 for SIGTERM, "
    "129 for SIGHUP; 141 if the reader of its output closes the pipe."
)


def parsed(arguments: list[str]) -> argparse.Namespace:
    """What arguments ask for. Raises SystemExit if they are wrong, or ask for help."""
    parser, commands = _parsers()
    if arguments and not _may_come_first(arguments[0]):
        parser.error(
            f"{quoted(arguments[0])} is neither a command ({', '.join(_COMMANDS)}) nor an existing "
            "file or folder"
        )
    # Not `parse_args`: that shows the usage of the program for what a command does not take.
    options, unknown = parser.parse_known_args(_as_convert(arguments))
    command = commands[options.command]
    if unknown:
        command.error(f"unrecognized arguments: {' '.join(map(readable, unknown))}")
    if options.command == "convert" and (wrong := _contradiction(options)) is not None:
        command.error(wrong)
    return options


def output_name(options: argparse.Namespace) -> str:
    """What messages call the place that is written to."""
    return "standard output" if options.output == STANDARD else readable(options.output)


def _may_come_first(word: str) -> bool:
    """Whether it is a command, an option or, as for the Swift tool of this name, an archive."""
    # Unlike Path.exists, this never raises, whatever the path.
    return word in _COMMANDS or word.startswith("-") or os.path.exists(word)  # noqa: PTH110  # see above


def _as_convert(arguments: list[str]) -> list[str]:
    """Accept `docc2context ARCHIVE --output DIR --force`, as the Swift tool of this name does."""
    first = next((one for one in arguments if one == STANDARD or not one.startswith("-")), None)
    return arguments if first is None or first in _COMMANDS else ["convert", *arguments]


def _contradiction(options: argparse.Namespace) -> str | None:
    """What is wrong with options that are right one by one but not together; None if nothing is."""
    if options.single and options.assets:
        return ASSETS_IN_ONE_DOCUMENT
    if options.output == STANDARD:
        if not options.single:
            return "only one document can go to standard output: add --single"
        if options.json:
            return "the document and the report cannot both go to standard output"
    elif not options.single and _is_file(options.output):
        return (
            f"{quoted(options.output)} would become a folder: name a folder or a .zip, or add "
            "--single for one document"
        )
    return None


def _is_file(path: str) -> bool:
    """Whether a path means a file that is no zip, and is no existing folder."""
    # Unlike Path.is_dir, this never raises, whatever the path.
    return path.lower().endswith(_FILE_SUFFIXES) and not os.path.isdir(path)  # noqa: PTH112  # see above


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """The parser of the whole command line, and those of its commands by name."""
    parser = argparse.ArgumentParser(
        prog="docc2context",
        description="Turn a DocC documentation archive into Markdown.",
        epilog="`docc2context COMMAND --help` lists the options of a command. Without a command, "
        "`docc2context ARCHIVE --output OUT` converts.",
    )
    parser.add_argument("--version", action="version", version=f"docc2context {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    convert = commands.add_parser(
        "convert",
        help="convert an archive to Markdown: a folder, a zip or one document",
        description="Convert a DocC archive to Markdown: a folder, a zip or one document. "
        f"Exit codes: 0 done, 1 failed, 2 usage, 3 done with losses under --strict. {_SIGNALS}",
    )
    _convert_options(convert)
    check = commands.add_parser(
        "check",
        help="list what an archive's pages display but a bundle lacks",
        description="Look for every string that an archive's pages display in the bundle made "
        "from it. Exit codes: 0 nothing is missing, 1 failed, 2 usage, 3 something is missing "
        f"or could not be read. {_SIGNALS}",
    )
    _check_options(check)
    return parser, {"convert": convert, "check": check}


def _convert_options(command: argparse.ArgumentParser) -> None:
    _common_options(command, "; with --strict, it includes what the check found")
    _output_options(command)
    _run_options(command)


def _output_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-o",
        "--output",
        type=_path,
        required=True,
        metavar="OUT",
        help="a folder, or a file whose name ends in .zip; with --single, any other file, or - for "
        "standard output",
    )
    command.add_argument(
        "--language",
        choices=get_args(Language),
        default="all",
        help="how to show pages that exist in both Swift and Objective-C: in all languages "
        "(default), in Swift only, or in Objective-C only (occ)",
    )
    command.add_argument(
        "--single", action="store_true", help="put all pages into one Markdown document"
    )
    command.add_argument(
        "--assets",
        action="store_true",
        help="copy the images, videos and downloads that pages show or link to",
    )


def _run_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers",
        type=_worker_count,
        default=os.cpu_count() or 1,
        metavar="N",
        help="how many processes may convert a large archive at once (default: one per "
        "processor); the result is the same for any number",
    )
    command.add_argument(
        "--force",
        action="store_true",
        help="replace an earlier bundle, or with --single an earlier document, at OUT",
    )
    command.add_argument(
        "--strict",
        action="store_true",
        help="check what was written; exit with 3 if a page, or a string on a page, is lost",
    )


def _worker_count(text: str) -> int:
    try:
        count = int(text) if text.isdecimal() else 0
    except ValueError:  # Python refuses to read over 4,300 digits
        raise argparse.ArgumentTypeError(f"has too many digits: {quoted(text)}") from None
    if count < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number, 1 or more, not {quoted(text)}")
    return count


def _path(text: str) -> str:
    """A path as given. An empty one, as from an unset variable, would mean the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("is empty; is a variable not set?")
    return text


def _check_options(command: argparse.ArgumentParser) -> None:
    _common_options(command)
    command.set_defaults(output=None)
    command.add_argument(
        "bundle",
        type=_path,
        help="a folder, zip or document that `convert` wrote from the archive",
    )


def _common_options(command: argparse.ArgumentParser, of_json: str = "") -> None:
    command.add_argument(
        "archive",
        type=_path,
        help="a zipped archive, a .doccarchive folder, or - for standard input",
    )
    command.add_argument(
        "--json", action="store_true", help=f"print the report as JSON on standard output{of_json}"
    )
