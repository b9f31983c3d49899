"""Whatever a page says, its Markdown reads back as just that, wherever it stands."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docc2context.markdown import blocks, code, escape, inline, tables
from tests.docc2context import oracle

SPECIAL = st.sampled_from(
    [*"*_`~[]()<>#+-=|!&\\.:;1 a\n\t\"'$^{}", "&amp;", "![", "](", "  ", "---", "1."]
)
TEXT = st.lists(SPECIAL | st.text(max_size=5), max_size=12).map("".join)


def shown(text: str) -> str:
    return oracle.folded(text.replace("\0", "\ufffd"))


@given(TEXT)
@example("- item")
@example("1. item")
@example("# heading")
@example("***")
@example("---")
@example("a_b_c and _d_")
@example("&lt;")
@example("\\")
@example("!")
def test_text_in_a_paragraph_is_one_paragraph_of_that_text(text: str) -> None:
    markdown = blocks.paragraph(escape.escape(text))
    assert oracle.text(markdown) == shown(text)
    assert oracle.kinds(markdown) in ([], ["paragraph_open", "inline"])


@given(TEXT)
@example("C#")
@example("foo ##")
def test_text_in_a_heading_is_that_heading(text: str) -> None:
    markdown = blocks.heading(2, escape.escape(text))
    assert oracle.text(markdown) == shown(text)
    assert oracle.kinds(markdown) in ([], ["heading_open", "inline"])


@given(TEXT, TEXT)
@example("a\\|b", "|")
def test_text_in_table_cells_stays_in_its_cell(left: str, right: str) -> None:
    row = [tables.cell(escape.escape(left)), tables.cell(escape.escape(right))]
    cells = [
        t.content for t in oracle.tokens(tables.table(["x", "y"], [row])) if t.type == "inline"
    ]
    assert len(cells) == 4
    assert [oracle.text(blocks.paragraph(c)) for c in cells[2:]] == [shown(left), shown(right)]


@given(TEXT)
@example("a|b")
@example("\\|")
@example("` `` `")
def test_code_in_a_table_cell_stays_code(text: str) -> None:
    markdown = tables.table(["x"], [[tables.cell(code.code_span(text))]])
    assert oracle.text(markdown) == shown("x" + text)


@given(TEXT)
@example(" a ")
@example("`")
def test_code_spans_hold_exactly_their_code(text: str) -> None:
    spans = [
        t.content for t in oracle.inline("x " + code.code_span(text)) if t.type == "code_inline"
    ]
    assert spans == ([escape.one_line(text)] if text else [])


@given(st.lists(TEXT.map(lambda text: text.replace("\n", "")), min_size=1))
@example(["```", "~~~"])
@example(["````swift"])
def test_code_blocks_hold_exactly_their_lines(lines: Sequence[str]) -> None:
    (fence,) = oracle.tokens(code.code_block(lines, "swift"))
    assert (fence.type, fence.info) == ("fence", "swift")
    plain = [line.removesuffix("\r").replace("\r", "\n").replace("\0", "\ufffd") for line in lines]
    assert fence.content == "\n".join(plain) + "\n"


@given(TEXT)
def test_link_texts_stay_inside_their_link(text: str) -> None:
    markdown = blocks.paragraph(inline.link(escape.escape(text), "x.md"))
    assert oracle.links(markdown) == ["x.md"]
    assert oracle.text(markdown) == shown(text)


STYLES: st.SearchStrategy[inline.Style] = st.sampled_from(["emphasis", "strong"])
PIECES = st.lists(TEXT | st.tuples(STYLES, TEXT), max_size=5)


@given(PIECES)
@example(["cat", ("strong", "(a)"), "b"])
@example([("strong", "a"), ("strong", "b")])
@example([("emphasis", "a"), ("strong", "b"), ("emphasis", "c")])
@example(["a", ("emphasis", " b "), "c"])
def test_styled_text_keeps_its_words_and_its_style(
    pieces: list[str | tuple[inline.Style, str]],
) -> None:
    line = inline.join(
        [
            inline.Styled(piece[0], escape.escape(piece[1]))
            if isinstance(piece, tuple)
            else escape.escape(piece)
            for piece in pieces
        ]
    )
    markdown = blocks.paragraph(line)
    words = "".join(piece if isinstance(piece, str) else piece[1] for piece in pieces)
    assert oracle.text(markdown) == shown(words)
    opened = [t for t in oracle.inline(markdown) if t.type in {"em_open", "strong_open"}]
    opened += [t for t in oracle.inline(markdown) if t.content in {"<em>", "<strong>"}]
    assert len(opened) == sum(
        isinstance(piece, tuple) and bool(piece[1].strip()) for piece in pieces
    )


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_list_items_and_quotations_hold_their_text(texts: list[str]) -> None:
    items = [blocks.list_item("-", blocks.paragraph(escape.escape(text))) for text in texts]
    markdown = blocks.quotation(blocks.loose_or_tight(items))
    assert oracle.text(markdown) == oracle.folded(shown("".join(texts))) or len(texts) > 1
    assert sum(t.type == "list_item_open" for t in oracle.tokens(markdown)) == len(texts)


@pytest.mark.parametrize(
    "text",
    ["snake_case_name", "a < b", "a & b", "f(x)", "50%", "it's", "1.5", "#1", "2 * r * (a - b)"],
)
def test_plain_prose_is_not_cluttered_with_backslashes(text: str) -> None:
    assert blocks.paragraph(escape.escape(text)) == text


@pytest.mark.parametrize("other", ["", "* ", " * ", "\u00a0* ", "\\* "])
@pytest.mark.parametrize("end", ["", " *", " *5", "* 5", " ** 5"])
def test_a_star_is_escaped_unless_it_stands_between_words_and_spaces(other: str, end: str) -> None:
    apart = escape.escape(other) + "2 * 3" + escape.escape(end)
    assert escape.escape(f"{other}2 * 3{end}") == apart
    assert oracle.text(blocks.paragraph(apart)) == oracle.folded(f"{other}2 * 3{end}").strip()


@pytest.mark.parametrize("style", ["emphasis", "strong"])
def test_a_star_between_spaces_ends_no_style(style: inline.Style) -> None:
    styled = inline.Styled(style, escape.escape("2 * 3"))
    assert (
        oracle.text(inline.join([styled, escape.escape(" * 4 * 5"), styled]))
        == "2 * 3 * 4 * 52 * 3"
    )
    assert inline.join([inline.Styled("strong", "2 * 3")]) == "**2 * 3**"


def test_line_breaks_and_the_white_space_around_them_are_one_space() -> None:
    assert escape.one_line(" a \n\r b\t \v c \n d ") == " a b c d "
    assert escape.one_line("a\0b") == "a\ufffdb"


@pytest.mark.parametrize("space", ["", " ", "\t \u00a0", "\u2028"])
def test_a_backslash_at_the_end_escapes_nothing_once_white_space_behind_it_is_gone(
    space: str,
) -> None:
    text = escape.escape(f"C:\\{space}")
    bold = inline.join([inline.Styled("strong", text)])
    inside_word = inline.join(["a", inline.Styled("emphasis", text), "a"])
    assert oracle.text(bold.strip() + "<br>") == "C:\\"
    assert oracle.text(inside_word) == oracle.folded(f"aC:\\{space}a")


LISTS = ["- a", "- a\n- b", "-\n  - a", "- a\n\n  b\n\n- c", "1. a", "1. a\n   - b", "9. a\n10. b"]
OTHERS = [
    "",
    "12- words",
    "-5 words",
    "words\\\n\\- more",
    "> - a",
    "# 1. a",
    "```\n- a\n1. b\n```",
]
BLOCKS = st.sampled_from([*LISTS, *OTHERS])


@given(st.recursive(BLOCKS, lambda parts: st.lists(parts, max_size=4).map(tuple), max_leaves=8))
@example(("- a", ("- b", "- c")))
@example((("- a", "- b"), ("- c", "1. d")))
def test_blocks_that_are_joined_are_read_as_the_same_blocks(parts: object) -> None:
    def joined(part: object) -> str:
        return blocks.join(map(joined, part)) if isinstance(part, tuple) else str(part)

    def alone(part: object) -> list[str]:
        if isinstance(part, tuple):
            return [kind for one in part for kind in alone(one)]
        return oracle.kinds(str(part))

    assert oracle.kinds(joined(parts)) == alone(parts)
