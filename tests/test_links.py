"""Links between our documents lead somewhere, those to headings included."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docc2context import oracle

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "DOCS").rglob("*.md")])


def leads_somewhere(link: str, document: Path) -> bool:
    name, _, fragment = unquote(link).partition("#")
    target = document.parent / name if name else document
    if not fragment:
        return target.exists()
    return target.is_file() and fragment in oracle.fragments(target.read_text())


@pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT))
)
def test_every_relative_link_leads_to_a_file_and_its_heading(document: Path) -> None:
    links = [
        link
        for link in oracle.shown_or_linked(document.read_text())
        if not re.match(r"https?:|mailto:", link)
    ]
    assert [link for link in links if not leads_somewhere(link, document)] == []


def test_the_documents_are_found_and_their_links_too() -> None:
    names = {document.name for document in DOCUMENTS}
    assert names >= {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SERVICE.md", "watchdog.md"}
    assert "DOCS/SERVICE.md" in oracle.shown_or_linked((ROOT / "README.md").read_text())
    assert not leads_somewhere("DOCS/NOTHING.md", ROOT / "README.md")
    assert not leads_somewhere("DOCS/SERVICE.md#nothing", ROOT / "README.md")
