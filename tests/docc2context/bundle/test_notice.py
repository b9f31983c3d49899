from docc2context.bundle.notice import notice
from docc2context.bundle.report import SkippedPage


def test_a_notice_shows_the_reason_as_text_and_the_source_as_code() -> None:
    page = SkippedPage("data/a_b.json", "Expected `str`, got *int*")
    assert notice(page) == (
        '---\ntitle: "data/a_b.json"\nskipped: "Expected `str`, got *int*"\n---\n\n'
        "# This page could not be converted\n\n"
        "`data/a_b.json` in the archive could not be read: Expected \\`str\\`, got \\*int\\*.\n"
    )
