import pytest
from hypothesis import given
from hypothesis import strategies as st

from docc2context.check.markdown_text import displayed, folded
from docc2context.markdown.blocks import list_item, paragraph, quotation
from docc2context.markdown.code import code_block, code_span
from docc2context.markdown.escape import escape
from docc2context.markdown.tables import cell, table


def read(markdown: str) -> list[str]:
    return displayed(markdown).plain.splitlines()


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        ("# Title", ["Title"]),
        ("## 1. Title \\#", ["1. Title #"]),
        ("- item\n- [x] done\n\n1. first\n2) second", ["item", "done", "first", "second"]),
        ("> **Note:** it *is* _so_", ["Note: it is so"]),
        ("> > - nested", ["nested"]),
        ("a snake_case and 2 * 3", ["a snake_case and 2 * 3"]),
        (r"\# \*no\* \<b> \\ \_", [r"# *no* <b> \ _"]),
        ("[a `b`](c/d.md#e) ![f](g.png)", ["a b f"]),
        ("``a`b`` and `*c*`", ["a`b and *c*"]),
        ("a &amp; b &#35; &nope", ["a & b # &nope"]),
        ("x<sub>2</sub> a<br>b <https://e.org/x>", ["x2 a b https://e.org/x"]),
        ("a <T> that is eaten", ["a that is eaten"]),
        ("soft\nbreak", ["soft break"]),
        ("a\n\n* * *\n\nb", ["a", "b"]),
        ("***a***\n\n___b___", ["a", "b"]),
        ("| a | `b\\|c` |\n| --- | :-: |\n| - | d |", ["a", "b|c", "-", "d"]),
        ("| | b |\n| --- | --- |\n| --- | --- |", ["b", "---", "---"]),
        ("- | a |\n  | --- |\n  | b |\n- | c |", ["a", "b", "| c |"]),
        ("> | a |\n> |:-:|\n> | b |\n>\n> | c |", ["a", "b", "| c |"]),
        ("| a | b |\n\nc", ["| a | b |", "c"]),
        ("| a |\n| --- | --- |\n\n> | b | | c |", ["| a | | --- | --- |", "| b | | c |"]),
        ("| a `\\|` \\| |\n\n| --- |", [r"| a \| | |", "| --- |"]),
        ("1. a\n\n   | b | c |\n   d", ["a", "| b | c | d"]),
        ("| a |\n| --- |\n```\n| b |\n```\n| c |", ["a", "| b |", "| c |"]),
        ("```swift\nlet a = *b\n\n  # c\n```\nd", ["let a = *b", "# c", "d"]),
        ("a\n```\nb\n```\nc", ["a", "b", "c"]),
        ("```\na ```\nb\n```\n*c*", ["a ```", "b", "c"]),
        ('a\n\n"*b*"\n\n---', ["a", '"b"']),
        ("a\0b", ["a\ufffdb"]),
        ("> - ````\n>   > x\n>   ```\n>   ````\n> y", ["> x", "```", "y"]),
    ],
)
def test_markup_is_undone(markdown: str, lines: list[str]) -> None:
    assert read(markdown) == lines


def test_front_matter_is_read_but_for_what_is_said_again_or_for_machines() -> None:
    text = displayed(
        '---\ntitle: "T"\npath: "/p"\nmodule: "Kit, \\"Q\\""\n'
        'platforms: ["iOS 1", "macOS"]\n---\n\n# B "b"\n'
    )
    assert text.plain[: text.body].splitlines() == ['Kit, "Q"', "iOS 1", "macOS"]
    assert text.plain[text.body :] == 'B "b"\n'


def test_a_page_that_ends_with_its_front_matter_has_no_body() -> None:
    assert read('---\nmodule: "Kit"\n---') == ["Kit"]


def test_what_begins_like_front_matter_and_does_not_end_is_text() -> None:
    text = displayed('---\nmodule: "Kit"\n')
    assert (text.plain, text.body) == ('module: "Kit"\n', 0)


@pytest.mark.parametrize("markdown", ["a**b**c", "a`b`c", "a[b](d.md)c"])
def test_seams_are_where_markup_was(markdown: str) -> None:
    text = displayed(markdown)
    assert (text.plain, sorted(text.seams)) == ("abc\n", [1, 2])


printable = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]) | st.sampled_from("\\`*_[]<>&|#!~-+1."),
    max_size=40,
)


@given(printable)
def test_any_text_that_the_renderer_escapes_is_read_back(text: str) -> None:
    markdown = quotation(list_item("-", paragraph(escape(text))))
    assert displayed(markdown).plain.strip() == folded(text).strip()


@given(printable)
def test_any_code_in_a_span_or_a_cell_is_read_back(code: str) -> None:
    markdown = table(["h"], [[cell(f"{code_span(code)} {escape(code)}")]])
    expected = f"{folded(code)} {folded(code)}"
    assert folded(" ".join(read(markdown)[1:])).strip() == folded(expected).strip()


@given(st.lists(printable))
def test_any_fenced_code_is_read_back(lines: list[str]) -> None:
    markdown = quotation(list_item("-", code_block(lines)))
    code = "\n".join(lines).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert displayed(markdown).plain.splitlines() == [
        line for line in (folded(line).strip() for line in code) if line
    ]
