"""Every node type, as the fixtures beside this file show it."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from docc2context.model.base import UNKNOWN
from docc2context.model.block import Block
from docc2context.model.inline import Inline
from docc2context.model.reference import Reference
from docc2context.model.sections import PrimarySection
from docc2context.model.tutorials import Layout, Section
from tests.docc2context.render.fixture_cases import REFERENCES, cases, rendered


@pytest.mark.parametrize(
    ("kind", "source", "expected"),
    [
        pytest.param(kind, source, expected, id=f"{kind}: {title}")
        for kind, title, source, expected in cases()
    ],
)
def test_a_node_renders_as_its_fixture_shows(kind: str, source: str, expected: str) -> None:
    assert rendered(kind, source) == expected


WORD = {"type": "text", "text": "leaf"}
STRONG = {"type": "strong", "inlineContent": [{"type": "emphasis", "inlineContent": [WORD]}]}
ASIDE = {"type": "aside", "content": [{"type": "paragraph", "inlineContent": [WORD]}]}
LIST = {"type": "unorderedList", "items": [{"content": [ASIDE]}] * 60}
TASK = {"title": "", "anchor": "", "contentSection": [{"kind": "fullWidth", "content": [ASIDE]}]}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param("inline", [STRONG] * 60, id="words"),
        pytest.param("blocks", [LIST], id="items"),
        pytest.param("blocks", [{"type": "table", "rows": [[[ASIDE]] * 60]}], id="cells"),
        pytest.param("blocks", [{"type": "table", "rows": [[[LIST]]]}], id="items in a cell"),
        pytest.param("tutorial_sections", {"kind": "tasks", "tasks": [TASK] * 60}, id="tasks"),
    ],
)
def test_what_stands_side_by_side_is_not_deep(kind: str, value: object) -> None:
    assert rendered(kind, json.dumps(value)).count("leaf") == 60


@pytest.mark.parametrize(
    ("union", "tag_field"),
    [
        (Inline, "type"),
        (Block, "type"),
        (PrimarySection, "kind"),
        (Section, "kind"),
        (Layout, "kind"),
        (Reference, "type"),
    ],
)
def test_the_fixtures_hold_every_type_of_the_format(union: Any, tag_field: str) -> None:
    values = [json.loads(source) for _, _, source, _ in cases()]
    met = {tag for value in [*values, REFERENCES] for tag in _tags(value, tag_field)}
    known = {member.__struct_config__.tag for member in get_args(union)} - {UNKNOWN}
    assert known - met == set()


def _tags(value: Any, tag_field: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value[tag_field]] if isinstance(value.get(tag_field), str) else []
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _tags(item, tag_field)
