from typing import Any

import msgspec
import pytest

from docc2context.links.resolver import PageResolver
from docc2context.links.site import Site
from docc2context.model.block import Step
from docc2context.model.counts import new_counts
from docc2context.model.reference import FileReference, ImageReference, LineHighlight
from docc2context.render.budget import Budget, PageTooLarge
from docc2context.render.context import Context
from docc2context.render.steps import code_file, pictures

REFERENCES = {
    "Feed.swift": FileReference(file_name="Feed.swift"),
    "Eat.swift": FileReference(file_name="Eat.swift", highlights=[LineHighlight(line=3)]),
    "a.png": ImageReference(alt="Before"),
    "b.png": ImageReference(alt="After"),
}
TEXTS = {name: msgspec.Raw(msgspec.json.encode(node)) for name, node in REFERENCES.items()}


def context(max_chars: int = 1000) -> Context:
    links = PageResolver(Site({}), "tutorials/kit.md", TEXTS)
    return Context(links, Budget(max_chars, 0), new_counts())


def whole(file: FileReference, note: str) -> str:
    return f"{file.file_name}{note}"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (None, ""),
        ("Feed.swift", "Feed.swift"),
        ("Eat.swift", "Eat.swift (changed: line 3)"),
        ("Gone.swift", "_File: Gone.swift_"),
        ("a.png", "_Image: Before (a.png)_"),
    ],
)
def test_a_step_shows_its_file_and_which_lines_it_changes(code: str | None, shown: str) -> None:
    assert code_file(Step(code=code), context(), whole) == shown


def test_a_file_costs_what_is_shown_of_it() -> None:
    size = len("Feed.swift")
    assert code_file(Step(code="Feed.swift"), context(size), whole) == "Feed.swift"
    with pytest.raises(PageTooLarge):
        code_file(Step(code="Feed.swift"), context(size - 1), whole)


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ({}, []),
        ({"media": "a.png"}, ["_Image: Before (a.png)_"]),
        ({"runtime_preview": "b.png"}, ["_Image: After (b.png)_"]),
        (
            {"runtime_preview": "b.png", "media": "a.png"},
            ["_Image: Before (a.png)_", "_Image: After (b.png)_"],
        ),
    ],
)
def test_a_step_shows_what_it_looks_like_and_then_what_running_it_does(
    keys: dict[str, Any], shown: list[str]
) -> None:
    assert pictures(Step(**keys), context()) == shown
