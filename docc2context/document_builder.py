"""All pages of an archive as one Markdown document, in the order of `llms.txt`.

A page is rendered with marks in place of its fragments, and held deflated: these depend on all
pages before it, and their order is known only when the last one has been read.
"""

from collections.abc import Iterable
from itertools import chain

from docc2context.bundle.byte_counter import ByteCounter
from docc2context.bundle.document_opening import CONVERTER, LANGUAGE, SKIPPED
from docc2context.bundle.document_sink import DocumentSink
from docc2context.bundle.llms_txt import Contents, ContentsEntry
from docc2context.bundle.packing import PackedFile, unpacked
from docc2context.bundle.report import Report
from docc2context.links.fragments import Fragments
from docc2context.links.marks import MARK, MarkingResolver
from docc2context.links.paths import doc_path
from docc2context.markdown.front_matter import front_matter
from docc2context.model.decode import DecodedPage
from docc2context.model.variants import Language
from docc2context.pages import ConvertedPage, PageConverter
from docc2context.render.budget import Budget
from docc2context.render.contents import is_inherited, listed_pages
from docc2context.render.context import Context
from docc2context.render.headings import MarkedHeadings
from docc2context.render.page import render_part
from docc2context.tally import Tally
from docc2context.version import NAME, __version__


class DocumentPage(ConvertedPage, frozen=True, gc=False):
    """A page as a document takes it in: with marks, and `least_bytes` long without them."""

    least_bytes: int


class DocumentPageConverter(PageConverter[DocumentPage]):
    """Makes a part of a document of each page."""

    def _rendered(self, source: str, page: DecodedPage) -> DocumentPage:
        path = self._paths[source]
        node = page.node
        links = MarkingResolver(self._site, path, page.references)
        budget = Budget(self._max_bytes, page.size)
        ctx = Context(links, budget, page.unknown_nodes, MarkedHeadings())
        markdown = render_part(node, page.others, doc_path(source), ctx)
        children = listed_pages(node, page.others, links)
        return DocumentPage(
            path,
            self._pack(self._encoded(markdown)),
            ContentsEntry(
                ctx.title,
                "",
                "",
                children,
                is_article=node.kind == "article",
                is_inherited=is_inherited(node),
            ),
            ctx.unknown_nodes,
            tuple(sorted(ctx.missing_references)),
            len(MARK.sub("", markdown).encode()),
        )


class DocumentBuilder:
    """Pages on their way into one document, held until all are there."""

    def __init__(self, sink: DocumentSink, language: Language) -> None:
        self._sink = sink
        self._language = language
        self._contents = Contents()
        self._pages: dict[str, PackedFile] = {}
        self._least = ByteCounter(sink.max_bytes)

    def add(self, pages: Iterable[DocumentPage]) -> None:
        """Hold pages. Raises OutputTooLarge as soon as they can no longer fit."""
        for page in pages:
            self._least.count(page.least_bytes)
            self._contents.add(page.path, page.entry)
            self._pages[page.path] = page.file

    def finish(self, title: str, tally: Tally) -> Report:
        """Write the document: what it is, then its pages, an empty line before each."""
        order = list(chain.from_iterable(self._contents.order().values()))
        fragments = Fragments()
        for path in order:
            fragments.add(path, self._text(path))
        self._sink.write(self._front_matter(title, tally))
        for path in order:
            self._sink.write("\n" + fragments.filled(self._text(path)))
        return tally.report(self._sink.written)

    def _text(self, path: str) -> str:
        return unpacked(self._pages[path]).decode()

    def _front_matter(self, title: str, tally: Tally) -> str:
        facts = front_matter(
            {
                CONVERTER: f"{NAME} {__version__}",
                "title": self._contents.title(title),
                LANGUAGE: self._language,
                "pages": tally.converted,
                SKIPPED: [page.source for page in tally.skipped],
            }
        )
        return f"{facts}\n"
