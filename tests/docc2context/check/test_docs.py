import re
from pathlib import Path

from docc2context.check.denied import BESIDE_A_MENTION, NEVER, NEVER_IN

TEXT = (Path(__file__).parents[3] / "DOCS" / "LOSS_CHECK.md").read_text()


def test_the_tables_list_what_is_not_looked_for_and_nothing_else() -> None:
    tables = TEXT.partition("## What is not looked for")[2].partition("Not strings")[0]
    told = {
        key
        for cell in re.findall(r"^\| ([^|]*) \|", tables, re.MULTILINE)
        for key in re.findall(r"`([^`]+)`", cell)
    }
    owned = {f"{owner}.{key}" for owner, keys in NEVER_IN.items() for key in keys}
    # Left out by rules of the walk, which no list holds.
    by_rule = {"identifier", "message", "renamed"}
    assert told == {*NEVER, *owned, *BESIDE_A_MENTION, *by_rule}
