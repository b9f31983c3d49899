"""Real archives lose nothing; where they lie is told in `tests/test_corpus.py`."""

from pathlib import Path

import pytest

import docc2context
from docc2context.check import check
from tests.test_corpus import CORPUS, PAGES, archives
from tests.test_corpus import pytestmark as pytestmark  # noqa: PLC0414  # pytest looks for this name

ENOUGH = 0.999

WITH_PICTURES = ("irl-pdfscan", "kai-portfolio-slim", "openapi-registry", "swift-book")
"""Hummingbird has four on 3,164 pages; the others have none."""


@pytest.mark.parametrize("name", WITH_PICTURES)
def test_nothing_is_lost_for_pictures_that_come_along(name: str, tmp_path: Path) -> None:
    source = CORPUS / f"{name}.doccarchive.zip"
    docc2context.convert(source, tmp_path / "bundle.zip", assets=True)
    report = check(source, tmp_path / "bundle.zip")
    assert report.is_complete, [*report.content.missing[:20], *report.variants.missing[:20]]


@archives
def test_one_document_holds_all_that_the_pages_display(name: str, tmp_path: Path) -> None:
    source = CORPUS / f"{name}.doccarchive.zip"
    docc2context.convert(source, tmp_path / "whole.md", single=True)
    report = check(source, tmp_path / "whole.md")
    assert report.pages == PAGES[name]
    assert report.is_complete, [*report.content.missing[:20], *report.variants.missing[:20]]


@archives
def test_the_markdown_holds_what_the_pages_display(name: str, tmp_path: Path) -> None:
    source = CORPUS / f"{name}.doccarchive.zip"
    docc2context.convert(source, tmp_path / "bundle.zip")
    report = check(source, tmp_path / "bundle.zip")
    told = [(string.page, string.node, string.text) for string in report.content.missing[:20]]
    assert report.content.share >= ENOUGH, told
    assert report.variants.share >= ENOUGH, report.variants.missing[:20]
