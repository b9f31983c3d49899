import pytest
import yaml

from docc2context.markdown.front_matter import front_matter


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Größe", 'title: "Größe"'),
        ('Größe "L"', 'title: "Größe \\"L\\""'),
        ("a\\b", 'title: "a\\\\b"'),
        ("a\x7f\x85\u2028\ufeffb", 'title: "a\\u007f\\u0085\\u2028\\ufeffb"'),
    ],
)
def test_a_string_stays_legible_and_is_read_back(title: str, line: str) -> None:
    text = front_matter({"title": title, "none": None, "names": [title]})
    assert text.split("\n")[1] == line
    assert yaml.safe_load(text.strip("-")) == {"title": title, "names": [title]}
