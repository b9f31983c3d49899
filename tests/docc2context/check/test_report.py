from collections import Counter

import pytest

from docc2context.check import report
from docc2context.check.compare import Comparison, Lost
from docc2context.check.displayable import Displayable
from docc2context.check.report import Coverage


def test_all_missing_strings_are_counted_and_the_first_ones_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "MAX_LISTED", 3)
    lost = [Lost(Displayable("text", f"/{word}", word), word) for word in ("a", "b")]

    coverage = Coverage()
    coverage.add("one", Comparison(Counter(text=4), Counter(text=2), lost))
    coverage.add("two", Comparison(Counter(text=2), Counter(text=2), lost))

    assert [(one.page, one.text) for one in coverage.missing] == [
        ("one", "a"),
        ("one", "b"),
        ("two", "a"),
    ]
    assert (coverage.strings, coverage.found) == (6, 2)


def test_the_share_of_no_strings_is_one() -> None:
    coverage = Coverage()
    coverage.add("one", Comparison())
    assert (coverage.strings, coverage.share) == (0, 1.0)
