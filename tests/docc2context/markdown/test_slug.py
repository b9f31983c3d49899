import pytest

from docc2context.markdown.slug import Slugs, slug


def test_every_heading_of_a_page_gets_a_fragment_of_its_own() -> None:
    slugs = Slugs()
    headings = ["Example", "Example", "Example 1", "Example", "Über uns!"]
    assert [slugs.add(slug(heading)) for heading in headings] == [
        "example",
        "example-1",
        "example-1-1",
        "example-2",
        "über-uns",
    ]


@pytest.mark.parametrize(
    ("heading", "fragment"),
    [
        ("Über — alles…", "über--alles"),
        ("हिन्दी", "हिन्दी"),
        ("ไทยกิน", "ไทยกิน"),
        ("E\u0301te\u0301", "e\u0301te\u0301"),
        ("⚠\ufe0f Warning", "\ufe0f-warning"),
        ("a‿b", "a‿b"),
        ("x² ⅷ ①", "x-ⅷ-"),
        ("Ⓐ and 🅱", "ⓐ-and-🅱"),
        ("👨\u200d👩\u200d👧 Family", "-family"),
    ],
)
def test_fragments_are_those_that_github_makes(heading: str, fragment: str) -> None:
    """Each as github-slugger 2.0 gives it."""
    assert slug(heading) == fragment
