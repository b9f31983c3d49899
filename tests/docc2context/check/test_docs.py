from pathlib import Path

from docc2context.check.denied import BESIDE_A_MENTION, NEVER, NEVER_IN

TEXT = (Path(__file__).parents[3] / "DOCS" / "LOSS_CHECK.md").read_text()


def test_everything_that_is_not_looked_for_is_written_down() -> None:
    owned = {f"{owner}.{key}" for owner, keys in NEVER_IN.items() for key in keys}
    keys = {*NEVER, *owned, *BESIDE_A_MENTION}
    assert {key for key in keys if f"`{key}`" not in TEXT} == set()
