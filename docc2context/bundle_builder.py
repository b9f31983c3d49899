"""A page as a file of a bundle, and the bundle: its pages, and what is written beside them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from docc2context.archive.reader import Archive
from docc2context.asset_copying import copy_assets
from docc2context.bundle.link_graph import LINK_GRAPH, link_graph, linked_files, page_edges
from docc2context.bundle.llms_txt import LLMS_TXT, MAX_DECLARATION, Contents, ContentsEntry
from docc2context.bundle.manifest import MANIFEST, AssetEntry, PageEntry, manifest, page_line
from docc2context.bundle.notice import notice
from docc2context.bundle.report import Report, SkippedPage
from docc2context.bundle.sinks import Sink
from docc2context.links.assets import AssetResolver, Assets
from docc2context.links.paths import doc_path, output_paths
from docc2context.links.resolver import PageResolver
from docc2context.model.decode import DecodedPage
from docc2context.model.page import RenderNode
from docc2context.model.patch import ReferenceText
from docc2context.model.variants import Language, Variant
from docc2context.pages import ConvertedPage, PageConverter, Plan
from docc2context.render.availability import is_beta
from docc2context.render.budget import Budget
from docc2context.render.contents import is_inherited, listed_pages, summary
from docc2context.render.context import Context
from docc2context.render.page import render_page
from docc2context.render.titles import is_symbol_page, other_names, owner_by_address
from docc2context.tally import Tally


class BundlePage(ConvertedPage, frozen=True, gc=False):
    """A page as a bundle takes it in.

    `manifest` and `edges` are its lines beside the pages, `assets` the files of the archive that it
    links, each with its path in the bundle.
    """

    manifest: bytes
    edges: bytes
    assets: dict[str, str]


class BundlePageConverter(PageConverter[BundlePage]):
    """Makes a file of each page."""

    def __init__(self, archive: Archive, plan: Plan) -> None:
        super().__init__(archive, plan)
        self._assets = Assets(archive.assets, self._paths.values()) if plan.assets else None

    def _rendered(self, source: str, page: DecodedPage) -> BundlePage:
        path = self._paths[source]
        node = page.node
        links = self._resolver(path, page.references)
        ctx = Context(links, Budget(self._max_bytes, page.size), page.unknown_nodes)
        markdown = self._encoded(render_page(node, page.others, doc_path(source), ctx))
        return BundlePage(
            path,
            self._pack(markdown),
            _entry(node, page.others, ctx),
            ctx.unknown_nodes,
            tuple(sorted(ctx.missing_references)),
            page_line(_manifest_entry(source, path, node, ctx.title, markdown)),
            page_edges(path, ctx.edges, links),
            links.linked,
        )

    def _resolver(self, path: str, references: Mapping[str, ReferenceText]) -> PageResolver:
        if self._assets is None:
            return PageResolver(self._site, path, references)
        return AssetResolver(self._site, path, references, self._assets)


def _entry(node: RenderNode, others: Sequence[Variant], ctx: Context) -> ContentsEntry:
    children = listed_pages(node, others, ctx.links)
    return ContentsEntry(
        ctx.title,
        ctx.name,
        summary(node, ctx),
        children,
        is_symbol=is_symbol_page(node),
        is_article=node.kind == "article",
        is_deprecated=ctx.is_deprecated,
        is_beta=is_beta(node),
        declaration=ctx.declaration[: MAX_DECLARATION + 1],
        other_names=other_names(node, others) if others else "",
        is_inherited=is_inherited(node),
        owner=owner_by_address(node),
    )


def _manifest_entry(
    source: str, path: str, node: RenderNode, title: str, markdown: bytes
) -> PageEntry:
    return PageEntry(
        source=source,
        path=path,
        identifier=node.identifier.url,
        usr=node.metadata.external_id,
        kind=node.kind,
        title=title,
        bytes=len(markdown),
        sha256=hashlib.sha256(markdown).hexdigest(),
    )


class BundleBuilder:
    """Pages on their way into a sink, and what is kept of them until all are there."""

    def __init__(self, sink: Sink, language: Language) -> None:
        self._sink = sink
        self._language = language
        self._contents = Contents()
        self._edges: list[bytes] = []
        self._manifest: list[bytes] = []
        self._linked: dict[str, str] = {}
        self._assets: list[AssetEntry] = []

    def add(self, pages: Iterable[BundlePage]) -> None:
        for page in pages:
            self._sink.write(page.path, page.file)
            self._contents.add(page.path, page.entry)
            self._edges.append(page.edges)
            self._manifest.append(page.manifest)
            if page.assets:
                self._linked.update(page.assets)

    def add_notices(self, skipped: list[SkippedPage], archive: Archive) -> list[SkippedPage]:
        """Make links to a page that could not be read lead to the reason.

        Returns the same pages, those that are linked with the file that says so.
        """
        if not skipped:
            return skipped
        paths, linked = output_paths(archive.pages), linked_files(self._edges)
        return [
            self._noticed(page, path) if (path := paths[page.source]) in linked else page
            for page in skipped
        ]

    def add_assets(self, archive: Archive) -> None:
        """Copy what the pages link."""
        if self._linked:
            self._assets = copy_assets(self._linked, archive, self._sink)

    def finish(self, title: str, tally: Tally) -> Report:
        """Write what goes beside the pages; the manifest last, because it covers the rest."""
        title = self._contents.title(title)
        self._write(LLMS_TXT, self._contents.render(title).encode())
        self._write(LINK_GRAPH, link_graph(self._edges))
        report = tally.report(self._sink.written, len(self._assets))
        whole = manifest(title, self._language, self._manifest, self._assets, report)
        self._write(MANIFEST, whole)
        return report

    def _noticed(self, page: SkippedPage, path: str) -> SkippedPage:
        self._write(path, notice(page).encode())
        return structs.replace(page, path=path)

    def _write(self, path: str, data: bytes) -> None:
        self._sink.write(path, self._sink.pack(data))
