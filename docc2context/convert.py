"""The pipeline: archive -> decode -> render -> sink, page by page, in constant memory."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from docc2context.archive.limits import DEFAULT_LIMITS, Limits
from docc2context.archive.reader import open_archive
from docc2context.archive.title import archive_title
from docc2context.bundle.link_graph import LINK_GRAPH, link_graph
from docc2context.bundle.llms_txt import LLMS_TXT, Contents
from docc2context.bundle.manifest import MANIFEST, manifest
from docc2context.bundle.report import Report, SkippedPage
from docc2context.bundle.sinks import Sink, open_sink
from docc2context.errors import Code, NothingConverted
from docc2context.model.variants import Language
from docc2context.pages import ConvertedPage, Plan
from docc2context.workers import converted_pages

OnPage = Callable[[int, int], None]


def convert(  # noqa: PLR0913 - each is a choice of the caller's, and has a name at the call
    source: Path | str | bytes | BinaryIO,
    destination: Path | str | BinaryIO,
    *,
    limits: Limits = DEFAULT_LIMITS,
    language: Language = "all",
    replace: bool = False,
    workers: int = 1,
    on_page: OnPage | None = None,
) -> Report:
    """Convert one DocC archive to a bundle of Markdown.

    `source` is a zip (path, bytes or seekable binary file) or an archive's folder; `destination` a
    path ending in `.zip`, a folder, or a seekable binary file that gets a zip. The same archive
    gives the same bytes, whatever it is called. `language` picks what is shown of pages that are
    about several: `all` of it, or what they are in `swift` or in `occ` alone. `replace` lets an
    earlier bundle be overwritten. `workers` is how many processes may work on a source that is a
    path; few pages get fewer. `on_page` is told, after each page, how many are done and how many
    there are.

    Raises ArchiveRefused, NothingConverted, OutputTooLarge or DestinationError; nothing is left at
    a destination path then. A path that leads nowhere raises FileNotFoundError, a folder of pages
    that cannot be read EntryUnreadable.
    """
    with (
        open_archive(source, limits) as archive,
        open_sink(destination, limits.max_output_bytes, replace=replace) as sink,
        converted_pages(source, archive, Plan(limits, language, sink.pack), workers) as pages,
    ):
        bundle = _Bundle(sink)
        bundle.add(pages, len(archive.pages), on_page)
        return bundle.finish(archive_title(archive.metadata()))


class _Bundle:
    """Pages on their way into a sink, and what is kept of them till all are there."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._contents = Contents()
        self._edges: list[bytes] = []
        self._manifest: list[bytes] = []
        self._skipped: list[SkippedPage] = []
        self._unknown: Counter[str] = Counter()
        self._missing = 0

    def add(
        self, pages: Iterable[ConvertedPage | SkippedPage], total: int, on_page: OnPage | None
    ) -> None:
        for done, page in enumerate(pages, 1):
            if isinstance(page, SkippedPage):
                self._skipped.append(page)
            else:
                self._add(page)
            if on_page:
                on_page(done, total)

    def _add(self, page: ConvertedPage) -> None:
        self._sink.write(page.path, page.content)
        self._contents.add(page.path, page.entry)
        self._edges.append(page.edges)
        self._manifest.append(page.manifest)
        if page.unknown:
            self._unknown.update(page.unknown)
        self._missing += page.missing

    def finish(self, title: str | None) -> Report:
        """Write what goes beside the pages; the manifest last, as it tells of all else."""
        if not self._manifest:
            raise self._nothing_converted()
        title = self._contents.package_title() or title or self._contents.first_title()
        self._write(LLMS_TXT, self._contents.render(title).encode())
        self._write(LINK_GRAPH, link_graph(self._edges))
        report = Report(
            pages_converted=len(self._manifest),
            pages_skipped=self._skipped,
            unknown_nodes=dict(sorted(self._unknown.items())),
            missing_references=self._missing,
            output_bytes=self._sink.written,
        )
        self._write(MANIFEST, manifest(title, self._manifest, report))
        return report

    def _write(self, path: str, data: bytes) -> None:
        self._sink.write(path, self._sink.pack(data))

    def _nothing_converted(self) -> NothingConverted:
        first = self._skipped[0]
        return NothingConverted(
            Code.NO_CONVERTIBLE_PAGES,
            f"none of its {len(self._skipped)} pages could be read: {first.reason}",
            entry=first.source,
        )
