import pytest

from docc2context.markdown.code import code_block, code_span


@pytest.mark.parametrize(
    ("line", "fence"),
    [("a", "```"), ("`a`", "```"), ("``a", "```"), ("```", "````"), ("a ````` b `", "``````")],
)
def test_a_fence_is_no_longer_than_its_code_asks_for(line: str, fence: str) -> None:
    assert code_block([line]) == f"{fence}\n{line}\n{fence}"


@pytest.mark.parametrize(
    ("code", "span"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("a``b", "```a``b```"), ("`", "`` ` ``"), (" a", "` a`")],
)
def test_a_span_has_no_more_backticks_and_spaces_than_its_code_asks_for(
    code: str, span: str
) -> None:
    assert code_span(code) == span
