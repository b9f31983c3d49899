"""Pieces of a line that were rendered one by one, put together."""

import pytest

from docc2context.markdown.inline import Styled, join
from tests.docc2context import oracle


@pytest.mark.parametrize(
    ("pieces", "line", "shown"),
    [
        (["a <", "img src=x>"], "a \\<img src=x>", "a <img src=x>"),
        (["<", "", "!-- x -->"], "\\<!-- x -->", "<!-- x -->"),
        (["a <", "5"], "a <5", "a <5"),
        (["&", "lt;"], "\\&lt;", "&lt;"),
        (["&a", "m", "p;"], "\\&amp;", "&amp;"),
        (["\\\\&", "#60;"], "\\\\\\&#60;", "\\&#60;"),
        (["\\&a", "mp;"], "\\&amp;", "&amp;"),
        (["R & ", "D;"], "R & D;", "R & D;"),
        (["Oh!", "[x](y.md)"], "Oh\\![x](y.md)", "Oh!x"),
        (["but \\`", "`class`", "\\` is"], "but \\``class`\\` is", "but `class` is"),
        (["`a`", "`b`"], "`a`<!-- -->`b`", "ab"),
        (["`a\\`", "`b`"], "`a\\`<!-- -->`b`", "a\\b"),
        (["a", "_b_", "c"], "a<!-- -->_b_<!-- -->c", "abc"),
        (["(", "_b_", " c"], "(_b_ c", "(b c"),
        (["_a_", "_b_"], "_a_<!-- -->_b_", "ab"),
        (["a\\_", "b"], "a\\_b", "a_b"),
        ([Styled("strong", "a"), "b"], "**a**b", "ab"),
        ([Styled("emphasis", "a"), "b"], "*a*b", "ab"),
        ([Styled("emphasis", "a"), Styled("strong", " b")], "_a_ **b**", "a b"),
        (["x", Styled("emphasis", "  a  "), "y"], "x  _a_  y", "x a y"),
        ([Styled("strong", "a *b* c")], "<strong>a *b* c</strong>", "a b c"),
        ([Styled("emphasis", "**_?{_**"), ":"], "<em>**_?{_**</em>:", "?{:"),
        ([Styled("emphasis", "a _b_ c")], "*a _b_ c*", "a b c"),
        (
            [Styled("emphasis", "a_b `_` [x](y_z.md) \\_ c")],
            "_a_b `_` [x](y_z.md) \\_ c_",
            "a_b _ x _ c",
        ),
        ([Styled("strong", "a\\*b `*`.")], "**a\\*b `*`.**", "a*b *."),
    ],
)
def test_what_two_pieces_would_be_together_they_are_not(
    pieces: list[str | Styled], line: str, shown: str
) -> None:
    assert join(pieces) == line
    assert oracle.text(line) == shown
