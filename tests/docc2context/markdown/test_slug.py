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
