import json
from typing import Any

from tests.docc2context.render.fixture_cases import rendered


def test_content_nested_without_end_in_a_line_is_cut_off() -> None:
    content: list[dict[str, Any]] = [{"type": "text", "text": "deep"}]
    for _ in range(60):
        content = [{"type": "superscript", "inlineContent": content}]
    markdown = rendered("inline", json.dumps(content))
    opened, closed = "<sup>" * 48, "</sup>" * 48
    assert markdown == f"{opened}_Content nested too deeply to show._{closed}"
