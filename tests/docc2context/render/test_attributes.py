from typing import Any

import pytest

from docc2context.links.resolver import PageResolver
from docc2context.links.site import Site
from docc2context.model.counts import new_counts
from docc2context.model.sections import Attribute
from docc2context.model.symbol import Fragment
from docc2context.render.attributes import attribute
from docc2context.render.budget import Budget
from docc2context.render.context import Context


def rendered(kind: str, **keys: Any) -> str:
    links = PageResolver(Site({}), "kit.md", {})
    return attribute(Attribute(kind=kind, **keys), Context(links, Budget(1000, 0), new_counts()))


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("default", "Default: `5`"),
        ("minimum", "Minimum: `5`"),
        ("minimumExclusive", "Minimum: `> 5`"),
        ("maximum", "Maximum: `5`"),
        ("maximumExclusive", "Maximum: `< 5`"),
        ("minimumLength", "Minimum length: `5`"),
        ("maximumLength", "Maximum length: `5`"),
        ("allowedValues", "Possible values: `5`"),
        ("allowedTypes", "Possible types: `5`"),
        ("multiple*of*", "multiple\\*of\\*: `5`"),
    ],
)
def test_a_constraint_is_named_in_words_and_an_unknown_one_by_its_kind(
    kind: str, shown: str
) -> None:
    assert rendered(kind, value="5") == shown


def test_a_title_of_its_own_a_single_value_and_types_are_shown_as_they_are() -> None:
    assert rendered("default", title="At *first*", value="5", values=["6"]) == "At \\*first\\*: `5`"
    types = [[Fragment(text="Int"), Fragment(text="?")], "none"]
    assert rendered("allowedTypes", values=types) == "Possible types: `Int?`, `none`"
