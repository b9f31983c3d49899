"""The pipeline: archive -> decode -> render -> sink, page by page, in constant memory."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from docc2context.archive.limits import DEFAULT_LIMITS, Limits
from docc2context.archive.reader import Archive, open_archive
from docc2context.archive.title import archive_title
from docc2context.bundle.link_graph import LINK_GRAPH, LinkGraph
from docc2context.bundle.llms_txt import LLMS_TXT, Contents, Entry
from docc2context.bundle.manifest import MANIFEST, Manifest, PageEntry, sha256
from docc2context.bundle.report import Report, SkippedPage
from docc2context.bundle.sinks import Sink, open_sink
from docc2context.errors import Code, EntryUnreadable, NothingConverted, OutputTooLarge
from docc2context.links.paths import SiteMap, doc_path, output_paths
from docc2context.links.resolver import PageResolver
from docc2context.model.decode import PageUndecodable, decode_page
from docc2context.model.page import RenderNode
from docc2context.model.variants import Language
from docc2context.render.context import Context, PageTooLarge
from docc2context.render.page import curated, page_name, render_page, summary
from docc2context.render.titles import page_title


def convert(
    source: Path | str | bytes | BinaryIO,
    destination: Path | str | BinaryIO,
    *,
    limits: Limits = DEFAULT_LIMITS,
    language: Language = "all",
    replace: bool = False,
    on_page: Callable[[int, int], None] | None = None,
) -> Report:
    """Convert one DocC archive to a bundle of Markdown.

    `source` is a zip (path, bytes or seekable binary file) or an archive's folder; `destination` a
    path ending in `.zip`, a folder, or a seekable binary file that gets a zip. The same archive
    gives the same bytes, whatever it is called. `language` picks what is shown of pages that are
    about several: `all` of it, or what they are in `swift` or in `occ` alone. `replace` lets an
    earlier bundle be overwritten; `on_page` is told, after each page, how many are done and how
    many there are.

    Raises ArchiveRefused, NothingConverted, OutputTooLarge or DestinationError; nothing is left at
    a destination path then. A path that leads nowhere raises FileNotFoundError, a folder of pages
    that cannot be read EntryUnreadable.
    """
    with (
        open_archive(source, limits) as archive,
        open_sink(destination, limits.max_output_bytes, replace=replace) as sink,
    ):
        return _Conversion(archive, sink, limits, language).run(on_page or _nobody)


class _Conversion:
    """One archive on its way into one sink, and what is learnt on the way."""

    def __init__(self, archive: Archive, sink: Sink, limits: Limits, language: Language) -> None:
        self.archive = archive
        self.sink = sink
        self.limits = limits
        self.language: Language = language
        self.paths = output_paths(archive.pages)
        self.site = SiteMap(self.paths)
        self.contents = Contents()
        self.graph = LinkGraph()
        self.manifest = Manifest()
        self.converted = 0
        self.skipped: list[SkippedPage] = []
        self.unknown: Counter[str] = Counter()
        self.missing = 0

    def run(self, on_page: Callable[[int, int], None]) -> Report:
        for done, source in enumerate(self.archive.pages, 1):
            try:
                self.page(source)
            except PageUndecodable as error:
                self.skipped.append(SkippedPage(source, str(error)))
            except EntryUnreadable as error:
                self.skipped.append(SkippedPage(source, error.reason))
            on_page(done, len(self.archive.pages))
        if not self.converted:
            raise NothingConverted(
                Code.NO_CONVERTIBLE_PAGES,
                f"none of its {len(self.skipped)} pages could be read: {self.skipped[0].reason}",
                entry=self.skipped[0].source,
            )
        return self.finish()

    def page(self, source: str) -> None:
        decoded = decode_page(self.archive.read(source), self.language)
        path = self.paths[source]
        links = PageResolver(self.site, path, decoded.node.references)
        ctx = Context(links, self.limits.max_page_output_bytes)
        try:
            data = render_page(decoded.node, decoded.others, doc_path(source), ctx).encode()
        except PageTooLarge as error:
            raise self.too_large(source) from error
        if len(data) > self.limits.max_page_output_bytes:
            raise self.too_large(source)
        self.sink.write(path, data)
        self.list(path, decoded.node, ctx)
        self.graph.add(path, ctx.edges, links)
        self.manifest.add(_manifest_entry(source, path, decoded.node, data))
        self.converted += 1
        self.unknown.update(decoded.unknown_nodes)
        self.unknown.update(ctx.unknown_nodes)
        self.missing += len(ctx.missing_references)

    def list(self, path: str, node: RenderNode, ctx: Context) -> None:
        files = (ctx.links.file(identifier) for identifier in curated(node))
        children = [file for file in files if file]
        entry = Entry(page_title(node), page_name(node), summary(node, ctx), children)
        self.contents.add(path, entry)

    def too_large(self, source: str) -> OutputTooLarge:
        limit = self.limits.max_page_output_bytes
        words = f"a page becomes more Markdown than the limit of {limit} bytes"
        return OutputTooLarge(Code.OUTPUT_TOO_LARGE, words, entry=source, limit=limit)

    def finish(self) -> Report:
        """Write what goes beside the pages; the manifest last, as it tells of all else."""
        title = archive_title(self.archive.metadata()) or self.contents.first_title()
        self.sink.write(LLMS_TXT, self.contents.render(title).encode())
        self.sink.write(LINK_GRAPH, self.graph.encode())
        report = Report(
            pages_converted=self.converted,
            pages_skipped=self.skipped,
            unknown_nodes=dict(sorted(self.unknown.items())),
            missing_references=self.missing,
            output_bytes=self.sink.written,
        )
        self.sink.write(MANIFEST, self.manifest.encode(title, report))
        return report


def _manifest_entry(source: str, path: str, node: RenderNode, data: bytes) -> PageEntry:
    return PageEntry(
        source=source,
        path=path,
        identifier=node.identifier.url,
        usr=node.metadata.external_id,
        kind=node.kind,
        title=page_title(node),
        bytes=len(data),
        sha256=sha256(data),
    )


def _nobody(_done: int, _total: int) -> None:
    """Nobody asked for the progress."""
