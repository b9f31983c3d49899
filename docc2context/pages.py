"""One page of an archive on its way to Markdown: read, decode, render; what it leaves behind."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

import msgspec

from docc2context.archive.limits import Limits
from docc2context.archive.reader import Archive
from docc2context.bundle.llms_txt import ContentsEntry
from docc2context.bundle.packing import PackedFile, Packing
from docc2context.bundle.report import SkippedPage
from docc2context.errors import Code, EntryUnreadable, OutputTooLarge
from docc2context.links.paths import output_paths
from docc2context.links.site import Site
from docc2context.model.counts import Counts
from docc2context.model.decode import (
    NESTED_TOO_DEEPLY,
    DecodedPage,
    PageUndecodable,
    decode_page,
)
from docc2context.model.variants import Language
from docc2context.render.budget import MentionsTooMuch, PageTooLarge


class ConvertedPage(msgspec.Struct, frozen=True, gc=False):
    """A converted page, for a bundle or a document.

    `path` is its file in a bundle; `missing` are the identifiers that it uses without describing
    them, sorted.
    """

    path: str
    file: PackedFile
    entry: ContentsEntry
    unknown_nodes: Counts
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
            what = "the references on a page, counted at each mention, are"
            raise _too_large(what, error.limit, source) from error
        except PageTooLarge as error:
            raise _too_large("the Markdown of a page is", self._max_bytes, source) from error
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


def _too_large(what: str, limit: int, source: str) -> OutputTooLarge:
    return OutputTooLarge(
        Code.OUTPUT_TOO_LARGE,
        f"{what} over the limit of {limit} bytes",
        remedy="leave that page out of the archive",
        entry=source,
        limit=limit,
    )
