import msgspec
import pytest

from docc2context.links.assets import AssetResolver, Assets
from docc2context.links.paths import output_paths
from docc2context.links.site import Site
from docc2context.model.reference import DownloadReference, LinkReference

SITE = Site(output_paths(["data/documentation/kit.json"]))
FILE = "downloads/kit.zip"
REFERENCES = {
    "download": DownloadReference(url=f"/{FILE}"),
    "gone": DownloadReference(url="/downloads/gone.zip"),
    "link": LinkReference(url=f"/{FILE}"),
}
TEXTS = {name: msgspec.Raw(msgspec.json.encode(node)) for name, node in REFERENCES.items()}


def resolver() -> AssetResolver:
    return AssetResolver(SITE, "documentation/kit.md", TEXTS, Assets([FILE], []))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/images/A%20B.png", "images/A B.png"),
        ("/images/a%20B.png", "images/a B.png"),
        ("/images/a%20b.png", "images/A B.png"),
        ("/images/A%20C.png", "images/a c.png"),
        ("/images/D.png", None),
    ],
)
def test_a_name_is_found_in_its_own_letter_case_and_else_the_first_of_several(
    url: str, name: str | None
) -> None:
    assert Assets(["images/a B.png", "images/A B.png", "images/a c.png"], []).find(url) == name


@pytest.mark.parametrize(
    ("identifier", "destination", "file"),
    [
        ("download", "../downloads/kit.zip", FILE),
        ("gone", None, None),
        ("link", None, None),
        (FILE, None, None),
    ],
)
def test_only_a_download_that_is_there_leads_to_its_file(
    identifier: str, destination: str | None, file: str | None
) -> None:
    links = resolver()
    assert links.file(identifier) == file
    assert links.linked == {}
    assert links.destination(identifier, links.describe(identifier)) == destination
    assert links.linked == ({FILE: FILE} if file else {})


def test_what_is_linked_under_the_references_of_another_language_is_linked_too() -> None:
    links = resolver()
    assert links.with_references({}).asset(f"/{FILE}") == "../downloads/kit.zip"
    assert links.linked == {FILE: FILE}
    assert links.with_references({}).file("download") is None
