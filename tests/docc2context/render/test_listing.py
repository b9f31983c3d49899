import pytest

from docc2context.render.listing import fence_language, listing


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("swift", "swift"),
        (" Swift\n", "swift"),
        ("swift, nocopy", "swift"),
        ("swift nocopy\nx", "swift"),
        ("json{1,3}", "json"),
        ("occ", "objc"),
        ("Objective-C", "objc"),
        ("data", ""),
        ("none", ""),
        ("", ""),
    ],
)
def test_a_language_is_named_as_readers_of_markdown_know_it(name: str, language: str) -> None:
    assert fence_language(name) == language


def test_code_in_no_language_is_a_listing_too() -> None:
    assert listing(["a", "b"], None) == "```\na\nb\n```"
    assert listing(["a"], "occ") == "```objc\na\n```"
