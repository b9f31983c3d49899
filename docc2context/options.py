"""What the command line can be told: its commands, their options, and their help."""

import argparse
import os
from typing import get_args

from docc2context.convert import ASSETS_IN_ONE_DOCUMENT
from docc2context.model.variants import Language
from docc2context.version import __version__
from docc2context.wording import shown

STANDARD = "-"
"""Standard input where an archive is named, standard output where a destination is."""

_COMMANDS = frozenset({"check", "convert"})

_SIGNALS = (
    "If a signal stops it, 128 and its number: 130 by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP; "
    "141, without a word, if nobody reads its output any more."
)


def parsed(arguments: list[str]) -> argparse.Namespace:
    """What arguments ask for. Raises SystemExit if they are wrong, or ask for help."""
    parser = _parser()
    options = parser.parse_args(_as_convert(arguments))
    if (wrong := _contradiction(options)) is not None:
        parser.error(wrong)
    return options


def _as_convert(arguments: list[str]) -> list[str]:
    """Take `docc2context ARCHIVE --output DIR --force`, the form of the Swift tool of this name."""
    first = next((one for one in arguments if one == STANDARD or not one.startswith("-")), None)
    return arguments if first is None or first in _COMMANDS else ["convert", *arguments]


def _contradiction(options: argparse.Namespace) -> str | None:
    """What is wrong with options of which each is right by itself."""
    if options.command != "convert":
        return None
    if options.single and options.assets:
        return ASSETS_IN_ONE_DOCUMENT
    if options.output == STANDARD:
        if not options.single:
            return "only one document can go to standard output: add --single"
        if options.json:
            return "the document and the report cannot both go to standard output"
    elif not options.single and _is_document(options.output):
        return f"{shown(options.output)} would be a folder: add --single for one document"
    return None


def _is_document(path: str) -> bool:
    """Whether a path means one, and no folder of this name stands there."""
    # Unlike Path.is_dir, this raises for no path.
    return path.lower().endswith((".md", ".markdown")) and not os.path.isdir(path)  # noqa: PTH112  # see above


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
            f"Exit codes: 0 done, 1 failed, 2 usage, 3 done with losses under --strict. {_SIGNALS}",
        )
    )
    _check_options(
        commands.add_parser(
            "check",
            help="name what an archive's pages display and a bundle lacks",
            description="Look for every string that an archive's pages display in the bundle made "
            "from it. Exit codes: 0 nothing is missing, 1 failed, 2 usage, 3 something is missing "
            f"or could not be read. {_SIGNALS}",
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
        "--language",
        choices=get_args(Language),
        default="all",
        help="show pages that are about several languages in all of them (default), in Swift "
        "or in Objective-C (occ)",
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
    command.set_defaults(output=None)
    command.add_argument(
        "bundle", help="a folder, zip or document that `convert` wrote from the archive"
    )


def _common_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "archive", help="a zipped archive, a .doccarchive folder, or - for standard input"
    )
    command.add_argument(
        "--json", action="store_true", help="print the report as JSON on standard output"
    )
