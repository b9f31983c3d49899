"""One page of an archive on its way to Markdown: read, decode, render; what it leaves behind."""

import msgspec

from docc2context.archive.limits import Limits
from docc2context.archive.reader import Archive
from docc2context.bundle.content import Content, Packing
from docc2context.bundle.link_graph import page_edges
from docc2context.bundle.llms_txt import Entry
from docc2context.bundle.manifest import PageEntry, page_line, sha256
from docc2context.bundle.report import SkippedPage
from docc2context.errors import Code, EntryUnreadable, OutputTooLarge
from docc2context.links.paths import doc_path, output_paths
from docc2context.links.resolver import PageResolver
from docc2context.links.site import Site
from docc2context.model.counts import Counts
from docc2context.model.decode import PageUndecodable, decode_page
from docc2context.model.page import RenderNode
from docc2context.model.variants import Language
from docc2context.render.availability import is_deprecated
from docc2context.render.context import Context, PageTooLarge
from docc2context.render.page import curated, page_name, render_page, summary
from docc2context.render.titles import page_title


class ConvertedPage(msgspec.Struct, frozen=True, gc=False):
    """A page as the bundle takes it in.

    `manifest` and `edges` are its lines in `manifest.json` and `linkgraph.json`; `missing` counts
    the identifiers that it uses without describing them.
    """

    path: str
    content: Content
    entry: Entry
    manifest: bytes
    edges: bytes
    unknown: Counts
    missing: int


class Plan(msgspec.Struct, frozen=True):
    """How pages are to be converted, whoever does it; `pack` is that of the sink."""

    limits: Limits
    language: Language
    pack: Packing


class PageConverter:
    """Converts the pages of one archive, each by itself and in any order."""

    def __init__(self, archive: Archive, plan: Plan) -> None:
        self._archive = archive
        self._paths = output_paths(archive.pages)
        self._site = Site(self._paths)
        self._max_bytes = plan.limits.max_page_output_bytes
        self._language: Language = plan.language
        self._pack = plan.pack

    def convert(self, source: str) -> ConvertedPage | SkippedPage:
        """Convert a page; one that is no page, or cannot be read, is skipped with a reason.

        Raises ArchiveRefused if its bytes are damaged, OutputTooLarge if it becomes too long.
        """
        try:
            page = decode_page(self._archive.read(source), self._language)
        except PageUndecodable as error:
            return SkippedPage(source, str(error))
        except EntryUnreadable as error:
            return SkippedPage(source, error.reason)
        path = self._paths[source]
        node = page.node
        links = PageResolver(self._site, path, node.references)
        ctx = Context(links, self._max_bytes, page.unknown_nodes)
        try:
            markdown = render_page(node, page.others, doc_path(source), ctx).encode()
        except PageTooLarge as error:
            raise self._too_large(source) from error
        if len(markdown) > self._max_bytes:
            raise self._too_large(source)
        return ConvertedPage(
            path,
            self._pack(markdown),
            _entry(node, ctx),
            page_line(_manifest_entry(source, path, node, markdown)),
            page_edges(path, ctx.edges, links),
            ctx.unknown_nodes,
            len(ctx.missing_references),
        )

    def _too_large(self, source: str) -> OutputTooLarge:
        limit = self._max_bytes
        words = f"a page becomes more Markdown than the limit of {limit} bytes"
        return OutputTooLarge(Code.OUTPUT_TOO_LARGE, words, entry=source, limit=limit)


def _entry(node: RenderNode, ctx: Context) -> Entry:
    files = [ctx.links.file(identifier) for identifier in curated(node)]
    children = tuple([file for file in files if file])
    return Entry(
        page_title(node), page_name(node), summary(node, ctx), children, is_deprecated(node)
    )


def _manifest_entry(source: str, path: str, node: RenderNode, markdown: bytes) -> PageEntry:
    return PageEntry(
        source=source,
        path=path,
        identifier=node.identifier.url,
        usr=node.metadata.external_id,
        kind=node.kind,
        title=page_title(node),
        bytes=len(markdown),
        sha256=sha256(markdown),
    )
