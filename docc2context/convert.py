"""The pipeline: archive -> decode -> render -> sink, page by page, in constant memory."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from docc2context.archive.limits import DEFAULT_LIMITS, Limits
from docc2context.archive.reader import Archive, open_archive
from docc2context.archive.title import archive_title
from docc2context.bundle.content import Packing, deflated
from docc2context.bundle.document_sink import open_document
from docc2context.bundle.link_graph import LINK_GRAPH, link_graph
from docc2context.bundle.llms_txt import LLMS_TXT, Contents
from docc2context.bundle.manifest import MANIFEST, manifest
from docc2context.bundle.report import Report
from docc2context.bundle.sinks import Sink, open_sink
from docc2context.document import Document, DocumentPages
from docc2context.model.variants import Language
from docc2context.pages import BundlePage, BundlePages, Page, Plan
from docc2context.tally import OnPage, Tally
from docc2context.workers import Conversion, converted_pages


def convert(  # noqa: PLR0913 - each is a choice of the caller's, and has a name at the call
    source: Path | str | bytes | BinaryIO,
    destination: Path | str | BinaryIO,
    *,
    limits: Limits = DEFAULT_LIMITS,
    language: Language = "all",
    replace: bool = False,
    single: bool = False,
    workers: int = 1,
    on_page: OnPage | None = None,
) -> Report:
    """Convert one DocC archive to a bundle of Markdown, or to a single document.

    `source` is a zip (path, bytes or seekable binary file) or an archive's folder; `destination` a
    path ending in `.zip`, a folder, or a seekable binary file that gets a zip. The same archive
    gives the same bytes, whatever it is called. `single` puts all pages into one Markdown document
    instead, for which `destination` is the path of a file or a seekable binary file. `language`
    picks what is shown of pages that are about several: `all` of it, or what they are in `swift` or
    in `occ` alone. `replace` lets an earlier bundle or document be overwritten. `workers` is how
    many processes may work on a source that is a path; few pages get fewer. `on_page` is told,
    after each page, how many are done and how many there are.

    Raises ArchiveRefused, NothingConverted, OutputTooLarge or DestinationError; nothing is left at
    a destination path then. A path that leads nowhere raises FileNotFoundError, a folder of pages
    that cannot be read EntryUnreadable.
    """
    with open_archive(source, limits) as archive:
        job = _Job(
            source, destination, archive, limits, language, replace, workers, on_page, Tally()
        )
        return _to_document(job) if single else _to_bundle(job)


class _Job(NamedTuple):
    """What `convert` was asked for, with the source opened, and what was met so far."""

    source: Path | str | bytes | BinaryIO
    destination: Path | str | BinaryIO
    archive: Archive
    limits: Limits
    language: Language
    replace: bool
    workers: int
    on_page: OnPage | None
    tally: Tally

    @contextmanager
    def pages(self, conversion: Conversion[Page], pack: Packing) -> Iterator[Iterator[Page]]:
        """The pages that can be read, converted and packed in this way."""
        plan = Plan(self.limits, self.language, pack)
        with converted_pages(self.source, self.archive, conversion, plan, self.workers) as pages:
            yield self.tally.counted(pages, len(self.archive.pages), self.on_page)

    def title(self) -> str:
        """What the archive calls itself; empty if it does not."""
        return archive_title(self.archive.metadata())


def _to_bundle(job: _Job) -> Report:
    with (
        open_sink(job.destination, job.limits.max_output_bytes, replace=job.replace) as sink,
        job.pages(BundlePages, sink.pack) as pages,
    ):
        bundle = _Bundle(sink)
        bundle.add(pages)
        return bundle.finish(job.title(), job.tally)


def _to_document(job: _Job) -> Report:
    with (
        open_document(job.destination, job.limits.max_output_bytes, replace=job.replace) as sink,
        job.pages(DocumentPages, deflated) as pages,
    ):
        document = Document(sink)
        document.add(pages)
        return document.finish(job.title(), job.tally)


class _Bundle:
    """Pages on their way into a sink, and what is kept of them till all are there."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._contents = Contents()
        self._edges: list[bytes] = []
        self._manifest: list[bytes] = []

    def add(self, pages: Iterable[BundlePage]) -> None:
        for page in pages:
            self._sink.write(page.path, page.content)
            self._contents.add(page.path, page.entry)
            self._edges.append(page.edges)
            self._manifest.append(page.manifest)

    def finish(self, title: str, tally: Tally) -> Report:
        """Write what goes beside the pages; the manifest last, as it tells of all else."""
        title = self._contents.title(title)
        self._write(LLMS_TXT, self._contents.render(title).encode())
        self._write(LINK_GRAPH, link_graph(self._edges))
        report = tally.report(self._sink.written)
        self._write(MANIFEST, manifest(title, self._manifest, report))
        return report

    def _write(self, path: str, data: bytes) -> None:
        self._sink.write(path, self._sink.pack(data))
