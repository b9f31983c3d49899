"""Rules of the house that no linter knows."""

import ast
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
