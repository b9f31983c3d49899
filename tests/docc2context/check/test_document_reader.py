"""The loss check of one document."""

from pathlib import Path
from typing import Any

import pytest

import docc2context
from docc2context.check import CheckReport, check
from docc2context.errors import Docc2contextError
from tests.docc2context.archives import archive, page


def text(words: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": words}]


IMITATION = {
    "kind": "content",
    "content": [
        {"type": "heading", "level": 1, "text": "B", "anchor": "B"},
        {"type": "codeListing", "syntax": "yaml", "code": ["# B", "", "```yaml", 'path: "/x"']},
    ],
}
KIT = archive(
    a=page("A", abstract=text("Slow."), primaryContentSections=[IMITATION]),
    b=page("B", abstract=text("Slow.")),
    bad=b"{",
    no_page=b"[]",
)


def checked(folder: Path, *changes: tuple[str, str]) -> CheckReport:
    docc2context.convert(KIT, folder / "whole.md", single=True)
    whole = (folder / "whole.md").read_text()
    for old, new in changes:
        assert old in whole
        whole = whole.replace(old, new)
    (folder / "whole.md").write_text(whole)
    return check(KIT, folder / "whole.md")


def test_all_is_found_and_pages_that_are_skipped_are_told(tmp_path: Path) -> None:
    report = checked(tmp_path)
    assert report.is_complete
    assert (report.pages, len(report.skipped)) == (2, 2)


@pytest.mark.parametrize("name", ["a", "b"])
def test_what_is_missing_on_one_page_is_not_found_on_another(tmp_path: Path, name: str) -> None:
    report = checked(tmp_path, (f'{name}"\n```\n\nSlow.', f'{name}"\n```\n'))
    assert [(one.page, one.text) for one in report.content.missing] == [
        (f"data/documentation/{name}.json", "Slow.")
    ]


def test_a_page_that_is_not_there_lacks_all_its_strings(tmp_path: Path) -> None:
    report = checked(tmp_path, ('path: "/documentation/b"', 'path: "/documentation/c"'))
    assert [one.text for one in report.content.missing] == ["B", "Slow."]


def test_a_title_must_be_the_heading(tmp_path: Path) -> None:
    report = checked(tmp_path, ('# B\n\n```yaml\ntitle: "B"', '# C\n\n```yaml\ntitle: "B"'))
    assert [one.text for one in report.content.missing] == ["B"]


def test_a_page_of_a_bundle_is_no_document(tmp_path: Path) -> None:
    docc2context.convert(KIT, tmp_path / "out")
    with pytest.raises(Docc2contextError, match=r"no readable manifest\.json") as error:
        check(KIT, tmp_path / "out/documentation/a.md")
    assert error.value.code == "bundle_unusable"


def test_skipped_pages_of_another_form_are_front_matter_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Docc2contextError, match=r"'whole\.md' has front matter that cannot be"):
        checked(tmp_path, ("skipped: [", "skipped: [7, "))
