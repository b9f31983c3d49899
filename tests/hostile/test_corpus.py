"""Real archives: every page is what `zipfile` reads there."""

import zipfile

import pytest

from docc2context.archive.limits import DEFAULT_LIMITS
from docc2context.archive.reader import open_archive
from tests.test_corpus import CORPUS, PAGES, SKIPPED

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(),
    reason="no corpus of real archives here (DOCC_CORPUS names its folder)",
)


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_byte_for_byte_what_zipfile_reads(name: str) -> None:
    path = CORPUS / f"{name}.doccarchive.zip"
    with zipfile.ZipFile(path) as reference, open_archive(path, DEFAULT_LIMITS) as archive:
        entries = [
            entry
            for entry in reference.namelist()
            if entry.endswith(".json") and not entry.startswith("__MACOSX/")
        ]
        by_page = {
            page: next(entry for entry in entries if f"/{entry}".endswith(f"/{page}"))
            for page in archive.pages
        }
        assert len(set(by_page.values())) == PAGES[name] + SKIPPED.get(name, 0)
        for page, entry in by_page.items():
            assert archive.read(page) == reference.read(entry)
