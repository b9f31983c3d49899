import json
from collections.abc import Callable
from typing import Any

import pytest

from docc2context.check.compare import Comparison, compare
from docc2context.check.displayable import displayables
from tests.docc2context import oracle
from tests.docc2context.render.fixture_cases import REFERENCES, cases, rendered


def in_cell(blocks: Any) -> dict[str, Any]:
    return {"type": "table", "header": "row", "rows": [[[], []], [blocks, []]]}


@pytest.mark.parametrize(
    "source",
    [pytest.param(source, id=title) for kind, title, source, _ in cases() if kind == "blocks"],
)
def test_a_cell_loses_nothing_and_stays_a_cell(source: str) -> None:
    table = in_cell(json.loads(source))
    markdown = rendered("blocks", json.dumps([table]))
    assert oracle.kinds(markdown).count("td_open") == 2
    assert oracle.links(markdown) == oracle.links(rendered("blocks", source))
    page = {"deprecationSummary": [table], "references": REFERENCES}
    own, variants = compare(lambda: displayables(page), markdown)
    assert (own.missing, variants) == ({}, Comparison())


def in_list(content: list[Any]) -> dict[str, Any]:
    return {"type": "unorderedList", "items": [{"content": content}]}


def in_column(content: list[Any]) -> dict[str, Any]:
    return {"type": "row", "columns": [{"content": content}]}


@pytest.mark.parametrize(("nested", "end"), [(in_list, "• • "), (in_column, "| ")])
def test_content_nested_without_end_in_a_cell_is_cut_off(
    nested: Callable[[list[Any]], dict[str, Any]], end: str
) -> None:
    content: list[Any] = []
    for _ in range(60):
        content = [nested(content)]
    markdown = rendered("blocks", json.dumps([in_cell(content)]))
    assert markdown.endswith(f"{end}_Content nested too deeply to show._ |  |")


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        (7, "7. a<br>8. b"),
        (-2, "1. a<br>2. b"),
        pytest.param(10**4300 - 1, "1. a<br>2. b", id="4300 digits"),
    ],
)
def test_a_list_is_numbered_in_a_cell_as_it_is_outside_of_one(start: int, shown: str) -> None:
    items = [
        {"content": [{"type": "paragraph", "inlineContent": [{"type": "text", "text": text}]}]}
        for text in "ab"
    ]
    numbered = {"type": "orderedList", "start": start, "items": items}
    assert rendered("blocks", json.dumps([in_cell([numbered])])).endswith(f"| {shown} |  |")
    assert rendered("blocks", json.dumps([numbered])) == shown.replace("<br>", "\n")


def test_lists_in_lists_are_indented_in_a_cell() -> None:
    def paragraph(text: str) -> dict[str, Any]:
        return {"type": "paragraph", "inlineContent": [{"type": "text", "text": text}]}

    steps = {"type": "orderedList", "items": [{"content": [paragraph("pick"), paragraph("wash")]}]}
    tasks = {"type": "unorderedList", "items": [{"checked": True, "content": [steps]}]}
    meals = {
        "type": "unorderedList",
        "items": [{"content": [paragraph("leaf"), steps, tasks]}, {"content": []}],
    }
    (row,) = rendered("blocks", json.dumps([in_cell([meals])])).splitlines()[2:]
    assert row.split(" | ")[0].removeprefix("| ").split("<br>") == [
        "• leaf",
        "\u20031. pick",
        "\u2003\u2003wash",
        "\u2003• [x] 1. pick",
        "\u2003\u2003\u2003wash",
        "•",
    ]
