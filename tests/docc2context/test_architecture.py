"""The way through the library that DOCS/ARCHITECTURE.md shows."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "docc2context"

_SECTION = re.compile(r"### A way through the library\n(.*?)\n### ", re.DOTALL)
_STEP = re.compile(r"^\d+\. (.*)$", re.MULTILINE)
_PACKAGE = re.compile(r"\*\*`(\w+/)`\*\*")
_MODULE = re.compile(r"`(\w+\.py)`")


def described_modules() -> list[str]:
    section = _SECTION.search((ROOT / "DOCS/ARCHITECTURE.md").read_text())
    assert section is not None
    modules: list[str] = []
    for step in _STEP.findall(section[1]):
        package = _PACKAGE.match(step)
        folder = package[1] if package else ""
        modules += [f"{folder}{name}" for name in _MODULE.findall(step)]
    return modules


def test_the_way_through_the_library_passes_each_module_once() -> None:
    modules = [
        path.relative_to(LIBRARY).as_posix()
        for path in LIBRARY.rglob("*.py")
        if path.name != "__init__.py"
    ]
    assert sorted(described_modules()) == sorted(modules)
