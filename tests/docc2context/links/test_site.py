import tracemalloc

import pytest

from docc2context.links.paths import output_paths
from docc2context.links.site import Site


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("/documentation/kit/f(_:)", "documentation/kit/f(_-).md"),
        ("/Documentation/Kit/F(_:)", "documentation/kit/f(_-).md"),
        ("/documentation/kit/f(_%3A)", "documentation/kit/f(_-).md"),
        ("documentation/kit/f(_:)/", "documentation/kit/f(_-).md"),
        ("/documentation/other", None),
        ("doc://org.kit/documentation/kit/f(_:)", "documentation/kit/f(_-).md"),
        ("/documentation/kit/f(_:)#Discussion", "documentation/kit/f(_-).md"),
        ("/documentation/kit/f(_:)#" + "a" * 1000, "documentation/kit/f(_-).md"),
        ("/documentation/kit//f(_:)", "documentation/kit/f(_-).md"),
        ("doc://org.kit/documentation/kit//f(_:)", "documentation/kit/f(_-).md"),
        ("//documentation/kit/f(_:)", "documentation/kit/f(_-).md"),
        ("", None),
    ],
)
def test_a_url_of_docc_finds_its_page(url: str, found: str | None) -> None:
    assert Site(output_paths(["data/documentation/kit/f(_:).json"])).find(url) == found


def test_long_addresses_of_what_is_not_here_are_not_kept() -> None:
    site = Site(output_paths(["data/documentation/kit.json"]))
    tracemalloc.start()
    try:
        assert [site.find(digit * 1_000_000) for digit in "0123"] == [None] * 4
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000


def test_an_exact_name_goes_before_a_decoded_one() -> None:
    paths = output_paths(["data/documentation/a%20b.json", "data/documentation/a b.json"])
    site = Site(paths)
    assert site.find("/documentation/a%20b") == "documentation/a%20b.md"
    assert site.find("/documentation/a%20b#Use") == "documentation/a%20b.md"
    assert site.find("/documentation/a b") == "documentation/a b.md"


@pytest.mark.parametrize("name", ["f(__).json", "F(__).json", "f(_%3A).json", "f%28_%3A%29.json"])
def test_a_page_that_a_tool_has_renamed_is_found(name: str) -> None:
    paths = output_paths([f"data/documentation/kit/{name}"])
    assert [Site(paths).find("/documentation/kit/f(_:)")] == list(paths.values())
    assert Site(paths).find("/documentation/kit/f(_:_:)") is None


def test_a_page_under_its_own_name_goes_before_a_renamed_one() -> None:
    paths = output_paths(
        [f"data/documentation/{name}.json" for name in ("a%3Ab", "a:b", "a_b", "A%5FB")]
    )
    site = Site(paths)
    assert site.find("/documentation/a:b") == paths["data/documentation/a:b.json"]
    assert site.find("/documentation/a_b") == paths["data/documentation/a_b.json"]
    assert site.find("/documentation/A_B") == paths["data/documentation/a_b.json"]


def test_a_page_whose_name_has_capitals_is_found_by_any_and_the_first_of_several() -> None:
    paths = output_paths(["data/documentation/Kit.json", "data/documentation/KIT.json"])
    site = Site(paths)
    assert site.find("/documentation/Kit") == paths["data/documentation/Kit.json"]
    assert site.find("/documentation/kit") == paths["data/documentation/KIT.json"]
