from collections.abc import Iterator

import pytest

from monitoring.drill.waiting import Interrupted, Patience, retried


def test_what_is_waited_for_is_returned() -> None:
    looks: Iterator[str | None] = iter([None, None, "there"])

    assert Patience().until(lambda: next(looks), 60, "it comes") == "there"


def test_a_wait_ends_and_says_what_did_not_happen() -> None:
    with pytest.raises(TimeoutError, match=r"not within 0\.0 s: it comes"):
        Patience().until(lambda: None, 0, "it comes")


def test_a_drill_that_is_given_up_waits_no_longer() -> None:
    patience = Patience()
    patience.end()

    with pytest.raises(Interrupted):
        patience.until(lambda: None, 60, "it never comes")


def test_undoing_is_tried_again() -> None:
    results: Iterator[OSError | None] = iter([OSError("busy"), OSError("busy"), None])

    def undo() -> str:
        if (error := next(results)) is not None:
            raise error
        return "undone"

    assert retried(undo, OSError, seconds=60) == "undone"


def test_undoing_is_given_up_at_last() -> None:
    def undo() -> None:
        raise OSError("busy")

    with pytest.raises(OSError, match="busy"):
        retried(undo, OSError, seconds=0)
