import pytest

from docc2context.links.relative import relative_link


@pytest.mark.parametrize(
    ("here", "there", "link"),
    [
        ("a/b.md", "a/b.md", "b.md"),
        ("a/b.md", "a/b/c.md", "b/c.md"),
        ("a/b/c.md", "a/b.md", "../b.md"),
        ("llms.txt", "documentation/f(_-).md", "documentation/f%28_-%29.md"),
        ("a/x.md", "b/größe 50%.md", "../b/größe%2050%25.md"),
        ("a.md", "b&c#d.md", "b&c%23d.md"),
        ("a.md", "b&lt;c.md", "b&lt%3Bc.md"),
    ],
)
def test_links_are_relative_and_encoded(here: str, there: str, link: str) -> None:
    assert relative_link(here, there) == link
