"""Which types of the format a count of misfits is about."""

import pytest

from docc2context.model.base import UNKNOWN
from docc2context.model.node_types import NODE_TYPES, node_type


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ("malformed:Paragraph.inlineContent", "paragraph"),
        ("malformed:Table", "table"),
        ("malformed:RestParameters.items", "restParameters"),
        ("inline:paragraph", "paragraph"),
        ("block:poll", None),
        ("malformed:value", None),
        ("malformed:surrogate", None),
        ("malformed:variantOverrides", None),
        ("block:a:b", None),
        ("", None),
    ],
)
def test_a_count_is_about_a_type_of_the_format_or_none(counted: str, expected: str | None) -> None:
    assert node_type(counted) == expected


def test_the_types_are_those_of_blocks_inlines_references_and_sections() -> None:
    assert {"paragraph", "codeVoice", "topic", "declarations", "contentAndMediaGroup"} <= NODE_TYPES
    assert UNKNOWN not in NODE_TYPES
    assert 50 < len(NODE_TYPES) < 100
