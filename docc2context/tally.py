"""What a conversion meets on its way through the pages, counted for the report."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from docc2context.bundle.report import MissingReference, Report, SkippedPage
from docc2context.errors import Code, NothingConverted
from docc2context.pages import ConvertedPage, Page

OnPage = Callable[[int, int], None]

_MAX_NAMED = 100
_MAX_IDENTIFIER = 1000
"""Missing references that are named, and characters of each: an archive may have any number."""


class Tally:
    """Counts pages while they pass."""

    def __init__(self) -> None:
        self.skipped: list[SkippedPage] = []
        self.converted = 0
        self._unknown: Counter[str] = Counter()
        self._missing = 0
        self._named: list[MissingReference] = []

    def counted(
        self, pages: Iterable[Page | SkippedPage], total: int, on_page: OnPage | None
    ) -> Iterator[Page]:
        """The pages that could be read.

        Raises NothingConverted at the end if there were none.
        """
        for done, page in enumerate(pages, 1):
            if isinstance(page, SkippedPage):
                self.skipped.append(page)
            else:
                self._count(page)
                yield page
            if on_page:
                on_page(done, total)
        if not self.converted:
            raise self._nothing_converted()

    def report(self, output_bytes: int, assets_copied: int = 0) -> Report:
        """What was counted, and how much was written."""
        return Report(
            pages_converted=self.converted,
            pages_skipped=self.skipped,
            unknown_nodes=dict(sorted(self._unknown.items())),
            missing_references=self._missing,
            missing=self._named,
            assets_copied=assets_copied,
            output_bytes=output_bytes,
        )

    def _count(self, page: ConvertedPage) -> None:
        self.converted += 1
        if page.unknown_nodes:
            self._unknown.update(page.unknown_nodes)
        self._missing += len(page.missing)
        for identifier in page.missing[: _MAX_NAMED - len(self._named)]:
            self._named.append(MissingReference(page.path, identifier[:_MAX_IDENTIFIER]))

    def _nothing_converted(self) -> NothingConverted:
        first = self.skipped[0]
        return NothingConverted(
            Code.NO_CONVERTIBLE_PAGES,
            f"none of the archive's pages ({len(self.skipped)}) could be read: {first.reason}",
            entry=first.source,
        )
