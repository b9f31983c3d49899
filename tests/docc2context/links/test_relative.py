import pytest

from docc2context.links.relative import link_from


@pytest.mark.parametrize(
    ("folder", "path", "link"),
    [
        ("a", "a/b.md", "b.md"),
        ("a", "a/b/c.md", "b/c.md"),
        ("a/b", "a/b.md", "../b.md"),
        ("", "documentation/f(_-).md", "documentation/f%28_-%29.md"),
        ("a", "b/größe 50%.md", "../b/größe%2050%25.md"),
        ("", "a≠b.md", "a%E2%89%A0b.md"),
        ("", "b&c#d.md", "b&c%23d.md"),
        ("", "b&lt;c.md", "b&lt%3Bc.md"),
    ],
)
def test_links_are_relative_and_encoded(folder: str, path: str, link: str) -> None:
    assert link_from(folder, path) == link
