"""Compares what an archive's pages display with the Markdown that was written for them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec

from docc2context.archive.limits import DEFAULT_LIMITS
from docc2context.archive.reader import open_archive
from docc2context.check.compare import compare
from docc2context.check.output import Output, open_output
from docc2context.check.report import CheckReport, Coverage, MissingString, NodeCount
from docc2context.check.surrogates import without_lone_surrogates
from docc2context.check.variants import TooManyVariants, displayables_in

_UTF8_BOM = b"\xef\xbb\xbf"

__all__ = ["CheckReport", "Coverage", "MissingString", "NodeCount", "check"]


def check(
    archive: Path | str | bytes | BinaryIO,
    bundle: Path | str,
    *,
    on_page: Callable[[int, int], None] | None = None,
) -> CheckReport:
    """Look for every string that the archive's pages display in the bundle made from it.

    `archive` is what `convert` takes, `bundle` a folder, zip or document that it wrote, which says
    in which language. After each page, `on_page` is called with the number of pages done and the
    number of all pages. A page that the bundle neither holds nor calls skipped lacks all its
    strings; one that the bundle holds and that is no JSON, or that is there in too many languages,
    is `unread`.

    Raises ArchiveRefused; BundleUnusable for what is no bundle, or if a page in it cannot be read;
    FileNotFoundError if the archive's path leads nowhere, EntryUnreadable if a page of it cannot be
    read.
    """
    report = CheckReport()
    with open_archive(archive, DEFAULT_LIMITS) as opened, open_output(Path(bundle)) as output:
        for done, source in enumerate(opened.pages, 1):
            if source in output.skipped:
                report.skipped.append(source)
            else:
                _page(source, opened.read(source), output, report)
            if on_page:
                on_page(done, len(opened.pages))
    return report


def _page(source: str, data: bytes, output: Output, report: CheckReport) -> None:
    """Compare one page; in all languages, also with what its variants display besides."""
    markdown = output.page(source)
    try:
        data = without_lone_surrogates(data.removeprefix(_UTF8_BOM))
        own, variants = compare(partial(displayables_in, data, output.language), markdown)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TooManyVariants):
        (report.unread if markdown else report.skipped).append(source)
        return
    report.pages += 1
    report.content.add(source, own)
    report.variants.add(source, variants)
