"""What docstrings show is what comes out."""

import doctest
import importlib
from pathlib import Path

import pytest

from docc2context.links import paths

ROOT = Path(__file__).parents[1]

MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in ("app", "docc2context", "monitoring")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if ">>> " in path.read_text() and path.name != "__init__.py"
]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_are_true(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_examples_are_found() -> None:
    assert doctest.testmod(paths).attempted > 4
