"""The pipeline: archive -> decode -> render -> sink, page by page, in constant memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, get_args

from docc2context.archive.limits import DEFAULT_LIMITS, Limits
from docc2context.archive.metering import Reading, open_metered
from docc2context.archive.reader import Archive
from docc2context.archive.title import archive_title
from docc2context.bundle.document_sink import open_document
from docc2context.bundle.packing import Packing, deflated
from docc2context.bundle.placement import open_sink
from docc2context.bundle.report import Report
from docc2context.bundle_builder import BundleBuilder, BundlePageConverter
from docc2context.document_builder import DocumentBuilder, DocumentPageConverter
from docc2context.model.variants import Language
from docc2context.pages import Page, Plan
from docc2context.tally import OnPage, Tally
from docc2context.workers import ConverterFactory, converted_pages

ASSETS_IN_ONE_DOCUMENT = (
    "one document cannot contain assets: ask for a bundle, or leave out the assets"
)


def convert(  # noqa: PLR0913  # each is a choice of the caller's, and has a name at the call
    source: Path | str | bytes | BinaryIO,
    destination: Path | str | BinaryIO,
    *,
    limits: Limits = DEFAULT_LIMITS,
    language: Language = "all",
    replace: bool = False,
    single: bool = False,
    assets: bool = False,
    workers: int = 1,
    on_page: OnPage | None = None,
    reading: Reading | None = None,
) -> Report:
    """Convert one DocC archive to a bundle of Markdown, or to a single document.

    `source` is a zip (path, bytes or seekable binary file) or an archive's folder; `destination` a
    path ending in `.zip`, a folder, or a seekable binary file that gets a zip. The same archive
    gives the same bytes, whatever it is called. `single` puts all pages into one document instead:
    a file, by path or opened. `assets` copies the images, videos and downloads that pages show
    or link to into the bundle, as far as they are in the archive. `language` says how to show pages
    about several languages: in `all` of them, or in `swift` or `occ` (Objective-C) alone. `replace`
    allows an earlier bundle or document to be replaced. `workers` is how many processes may work on
    a source that is a path; few pages get fewer. They are spawned, so a program needs the guard
    `if __name__ == "__main__":`. After each page, `on_page` is called with the number of pages done
    and the number of all pages; what it raises ends the conversion. `reading` records what reading
    the archive costs, and, if the conversion fails, how far it got.

    Raises ArchiveRefused, NothingConverted, OutputTooLarge or DestinationError, or BrokenExecutor
    of `concurrent.futures` if a worker dies or cannot start; nothing is left at a destination path
    then, unless a DestinationError says that it is complete. A source that does not exist raises
    FileNotFoundError, one that cannot be read OSError, a folder of pages, `metadata.json` or an
    asset that cannot be read EntryUnreadable. An unknown language, fewer than one worker, or
    `assets` for a `single` document is a ValueError.
    """
    _check_choices(language, workers, assets_in_one=single and assets)
    job = _Job(source, destination, limits, language, replace, assets, workers, on_page)
    with open_metered(source, limits, reading or Reading(), assets=assets) as archive:
        return _to_document(job, archive) if single else _to_bundle(job, archive)


def _check_choices(language: str, workers: int, *, assets_in_one: bool) -> None:
    if language not in get_args(Language):
        known = ", ".join(get_args(Language))
        raise ValueError(f"language must be one of {known}, not {language!r}")
    if workers < 1:
        raise ValueError(f"workers must be 1 or more, not {workers}")
    if assets_in_one:
        raise ValueError(ASSETS_IN_ONE_DOCUMENT)


class _Job(NamedTuple):
    """What `convert` was asked for."""

    source: Path | str | bytes | BinaryIO
    destination: Path | str | BinaryIO
    limits: Limits
    language: Language
    replace: bool
    assets: bool
    workers: int
    on_page: OnPage | None

    @contextmanager
    def pages(
        self, archive: Archive, make_converter: ConverterFactory[Page], pack: Packing, tally: Tally
    ) -> Iterator[Iterator[Page]]:
        """The pages that can be read, converted and packed this way."""
        plan = Plan(self.limits, self.language, pack, self.assets)
        with converted_pages(self.source, archive, make_converter, plan, self.workers) as pages:
            yield tally.counted(pages, len(archive.pages), self.on_page)


def _to_bundle(job: _Job, archive: Archive) -> Report:
    tally = Tally()
    with (
        open_sink(job.destination, job.limits.max_output_bytes, replace=job.replace) as sink,
        job.pages(archive, BundlePageConverter, sink.pack, tally) as pages,
    ):
        bundle = BundleBuilder(sink, job.language)
        bundle.add(pages)
        tally.skipped = bundle.add_notices(tally.skipped, archive)
        bundle.add_assets(archive)
        return bundle.finish(archive_title(archive.metadata()), tally)


def _to_document(job: _Job, archive: Archive) -> Report:
    tally = Tally()
    with (
        open_document(job.destination, job.limits.max_output_bytes, replace=job.replace) as sink,
        job.pages(archive, DocumentPageConverter, deflated, tally) as pages,
    ):
        document = DocumentBuilder(sink, job.language)
        document.add(pages)
        return document.finish(archive_title(archive.metadata()), tally)
