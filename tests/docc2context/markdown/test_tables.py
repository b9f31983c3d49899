from docc2context.markdown.tables import cell, filled_chars


def test_a_cell_is_one_line_without_bars() -> None:
    assert cell("\na\n\nb|c\nd\n") == "a<br>b\\|c<br>d"


def test_one_long_row_makes_all_others_as_long() -> None:
    assert filled_chars([["a"], ["a", "b", "c"]]) == 2 * 3 * len(" | ")
    assert filled_chars([]) == 0
