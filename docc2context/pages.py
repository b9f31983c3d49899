"""One page of an archive on its way to Markdown: read, decode, render; what it leaves behind."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from docc2context.archive.limits import Limits
from docc2context.archive.reader import Archive
from docc2context.bundle.link_graph import page_edges
from docc2context.bundle.llms_txt import MAX_DECLARATION, ContentsEntry
from docc2context.bundle.manifest import PageEntry, page_line, sha256
from docc2context.bundle.packing import PackedFile, Packing
from docc2context.bundle.report import SkippedPage
from docc2context.errors import Code, EntryUnreadable, OutputTooLarge
from docc2context.links.assets import AssetResolver, Assets
from docc2context.links.paths import doc_path, output_paths
from docc2context.links.resolver import PageResolver, Resolver
from docc2context.links.site import Site
from docc2context.model.counts import Counts
from docc2context.model.decode import (
    NESTED_TOO_DEEPLY,
    DecodedPage,
    PageUndecodable,
    decode_page,
)
from docc2context.model.page import RenderNode
from docc2context.model.patch import ReferenceText
from docc2context.model.variants import Language, Variant
from docc2context.render.budget import Budget, MentionsTooMuch, PageTooLarge
from docc2context.render.context import Context
from docc2context.render.page import curated, is_inherited, render_page, summary
from docc2context.render.titles import is_symbol_page, other_names, owner_by_address, page_name


class ConvertedPage(msgspec.Struct, frozen=True, gc=False):
    """A converted page, for a bundle or a document.

    `path` is its file in a bundle; `missing` are the identifiers that it uses without describing
    them, sorted.
    """

    path: str
    file: PackedFile
    entry: ContentsEntry
    unknown: Counts
    missing: tuple[str, ...]


Page = TypeVar("Page", bound=ConvertedPage)


class Plan(msgspec.Struct, frozen=True):
    """How pages are to be converted, in any process; `pack` is that of the sink."""

    limits: Limits
    language: Language
    pack: Packing
    assets: bool


class PageConverter(ABC, Generic[Page]):
    """Converts the pages of one archive, each by itself and in any order."""

    def __init__(self, archive: Archive, plan: Plan) -> None:
        self._archive = archive
        self._paths = output_paths(archive.pages)
        self._site = Site(self._paths)
        self._max_bytes = plan.limits.max_page_output_bytes
        self._language: Language = plan.language
        self._pack = plan.pack

    def convert(self, source: str) -> Page | SkippedPage:
        """Convert a page; what is not a page, or cannot be read, is skipped with a reason.

        Raises ArchiveRefused if its bytes are damaged, OutputTooLarge if it becomes too long.
        """
        try:
            page = decode_page(self._archive.read(source), self._language)
        except PageUndecodable as error:
            return SkippedPage(source, str(error))
        except EntryUnreadable as error:
            return SkippedPage(source, error.reason)
        try:
            return self._rendered(source, page)
        except MentionsTooMuch as error:
            words = "what a page mentions, each time counted, is over the limit of {} bytes"
            raise _too_large(words, error.limit, source) from error
        except PageTooLarge as error:
            words = "a page becomes more Markdown than the limit of {} bytes"
            raise _too_large(words, self._max_bytes, source) from error
        except RecursionError:
            return SkippedPage(source, NESTED_TOO_DEEPLY)

    @abstractmethod
    def _rendered(self, source: str, page: DecodedPage) -> Page:
        """The page, rendered. Raises PageTooLarge."""

    def _encoded(self, markdown: str) -> bytes:
        data = markdown.encode()
        if len(data) > self._max_bytes:
            raise PageTooLarge
        return data


def _too_large(words: str, limit: int, source: str) -> OutputTooLarge:
    return OutputTooLarge(
        Code.OUTPUT_TOO_LARGE,
        words.format(limit),
        remedy="leave that page out of the archive",
        entry=source,
        limit=limit,
    )


class BundlePage(ConvertedPage, frozen=True, gc=False):
    """A page as a bundle takes it in.

    `manifest` and `edges` are its lines beside the pages, `assets` the files of the archive that it
    links, each with its path in the bundle.
    """

    manifest: bytes
    edges: bytes
    assets: dict[str, str]


class BundlePages(PageConverter[BundlePage]):
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


def listed_pages(node: RenderNode, links: Resolver) -> tuple[str, ...]:
    """The files of the pages that a page lists, in order, as far as they are in the archive."""
    files = [links.file(identifier) for identifier in curated(node)]
    return tuple([file for file in files if file])


def _entry(node: RenderNode, others: Sequence[Variant], ctx: Context) -> ContentsEntry:
    children = listed_pages(node, ctx.links)
    return ContentsEntry(
        ctx.title,
        page_name(node),
        summary(node, ctx),
        children,
        is_symbol=is_symbol_page(node),
        is_deprecated=ctx.is_deprecated,
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
        sha256=sha256(markdown),
    )
