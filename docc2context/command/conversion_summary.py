"""What a conversion did, in lines for people."""

import argparse
from collections.abc import Iterator

from docc2context.bundle.report import Report
from docc2context.command.options import output_name
from docc2context.wording import counted, first_lines, readable

_MAX_NAMED = 10
"""How many skipped pages, missing references and unknown kinds to name, of any number."""


def conversion_summary(report: Report, options: argparse.Namespace) -> Iterator[str]:
    """The lines that people are told, in words that a terminal can take."""
    written = counted(report.pages_converted, "page")
    if options.assets:
        written += f" and {counted(report.assets_copied, 'asset')}"
    unknown = counted(sum(report.unknown_nodes.values()), "unknown node")
    missing = counted(report.missing_references, "missing reference")
    yield (
        f"{written} written to {output_name(options)}, {len(report.pages_skipped):,} skipped, "
        f"{unknown}, {missing}"
    )
    for line in _first_losses(report, options):
        yield f"  {line}"


def _first_losses(report: Report, options: argparse.Namespace) -> Iterator[str]:
    """The first losses of each kind by name."""
    pages, nodes = report.pages_skipped, report.unknown_nodes
    skipped = (f"skipped {readable(page.source)}: {page.reason}" for page in pages)
    lists = "the document's front matter" if options.single else "manifest.json"
    yield from first_lines(skipped, len(pages), _MAX_NAMED, f"; {lists} lists them all")
    missing = (
        f"missing {readable(one.identifier)} on {readable(one.page)}" for one in report.missing
    )
    rest = " missing references; --json names up to 100"
    yield from first_lines(missing, report.missing_references, _MAX_NAMED, rest)
    unknown = (f"unknown {readable(node)}: {count}" for node, count in nodes.items())
    yield from first_lines(unknown, len(nodes), _MAX_NAMED, " kinds; --json lists them all")
