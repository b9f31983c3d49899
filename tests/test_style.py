"""Rules of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_LINES = 40

SOURCES = sorted(
    path
    for folder in ("app", "docc2context", "monitoring")
    for path in (ROOT / folder).rglob("*.py")
)

LINTED = sorted(
    (
        ROOT / "docc2context_command.py",
        *SOURCES,
        *(
            path
            for folder in ("benchmarks", "examples", "tests")
            for path in (ROOT / folder).rglob("*.py")
        ),
    )
)

OFF = re.compile(r"# *(?:noqa|type: *ignore).*")
"""A lint that is off for a line, to the line's end."""

OFF_FOR_A_REASON = re.compile(r"(?:# (?:noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\])  )+# \w.*")

RULE = re.compile(r'"[A-Z]+[0-9]*"')

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def is_table(function: Function) -> bool:
    """Whether all that a function does is one `match` or one literal, however many lines it has."""
    body = [node for node in function.body if not _is_docstring(node)]
    if len(body) != 1:
        return False
    returned = body[0].value if isinstance(body[0], ast.Return) else None
    return isinstance(body[0], ast.Match) or isinstance(returned, ast.Dict | ast.List)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_longer_than_forty_lines_unless_it_is_a_table(path: Path) -> None:
    long = {
        function.name: (function.end_lineno or 0) - function.lineno + 1
        for function in functions(path)
        if not is_table(function)
    }
    assert {name: lines for name, lines in long.items() if lines > MAX_LINES} == {}


def test_a_lint_that_is_off_for_a_line_says_why_beside_it() -> None:
    unexplained = [
        f"{path.relative_to(ROOT)}:{number} {off[0]}"
        for path in LINTED
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (off := OFF.search(line)) and not OFF_FOR_A_REASON.fullmatch(off[0])
    ]
    assert unexplained == []


def test_a_rule_that_is_off_for_files_says_why_beside_it() -> None:
    _, _, ignored = (ROOT / "pyproject.toml").read_text().partition("\nignore = [\n")
    ignored, _, _ = ignored.partition("\n[tool.ruff.lint.pydocstyle]\n")
    rules = [line for line in ignored.splitlines() if RULE.search(line)]

    assert len(rules) > 20
    assert [line for line in rules if not re.search(r"# \w", line)] == []
