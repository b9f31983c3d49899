"""DOCS/SECURITY_CHECKLIST.md: every test that it names exists, and every row names one."""

import ast
import re

import pytest

from tests.app.serving import ROOT

TEXT = (ROOT / "DOCS" / "SECURITY_CHECKLIST.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!threat|---)(.*) \|$", TEXT, re.MULTILINE)
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", "\n".join(ROWS))))


def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_there_are_rows() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" | ")[0])
def test_each_row_has_a_rule_and_a_test(row: str) -> None:
    threat, rule, shown_by = row.split(" | ")

    assert threat
    assert rule
    assert re.fullmatch(r"`tests/[^`]+`(, `tests/[^`]+`)*", shown_by)


@pytest.mark.parametrize("named", NAMED)
def test_each_test_that_is_named_exists(named: str) -> None:
    path, _, function = named.partition("::")

    assert function in functions_of(path)
