"""The ways through the code that DOCS/ARCHITECTURE.md shows."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

WAYS = {"library": "docc2context", "service": "app"}

_STEP = re.compile(r"^\d+\. (.*)$", re.MULTILINE)
_PACKAGE = re.compile(r"\*\*`([\w/]+/)`\*\*")
_MODULE = re.compile(r"`(\w+\.py)`")


def steps(way: str) -> list[list[str]]:
    """The modules of each step, as paths from the root."""
    text = (ROOT / "DOCS/ARCHITECTURE.md").read_text()
    section = re.search(rf"### A way through the {way}\n(.*?)\n### ", text, re.DOTALL)
    assert section is not None
    return [list(passed(step, WAYS[way])) for step in _STEP.findall(section[1])]


def passed(step: str, top: str) -> Iterator[str]:
    package = _PACKAGE.match(step)
    folder = package[1] if package else ""
    return (f"{top}/{folder}{name}" for name in _MODULE.findall(step))


def modules(top: str) -> list[str]:
    """Those that hold code: an `__init__.py` says what its package is for."""
    files = (ROOT / top).rglob("*.py")
    return [str(file.relative_to(ROOT)) for file in files if file.name != "__init__.py"]


def needed(module: str) -> set[str]:
    """What a module imports, as paths from the root; what is no module of ours leads nowhere."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / module).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return {f"{name.replace('.', '/')}.py" for name in names}


@pytest.mark.parametrize("way", WAYS)
def test_a_way_passes_each_module_once(way: str) -> None:
    found = [module for step in steps(way) for module in step]
    assert sorted(found) == sorted(modules(WAYS[way]))


def ahead(groups: list[list[str]]) -> list[tuple[str, str]]:
    """Each module that needs one of a later group, and which."""
    return [
        (module, later)
        for at, group in enumerate(groups)
        for module in group
        for later in needed(module).intersection(chain(*groups[at + 1 :]))
    ]


@pytest.mark.parametrize("way", WAYS)
def test_a_step_needs_no_later_one(way: str) -> None:
    _whole, *rest = steps(way)
    assert ahead(rest) == []


def test_a_module_of_the_service_needs_no_later_one() -> None:
    _whole, *rest = steps("service")
    assert ahead([[module] for module in chain(*rest)]) == []
