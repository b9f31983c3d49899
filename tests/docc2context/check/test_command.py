import json

import pytest

from docc2context.check.command import tell
from docc2context.check.compare import Lost
from docc2context.check.displayable import Displayable
from docc2context.check.report import CheckReport


def report(missing: int, found: int, variants: int = 0) -> CheckReport:
    strings = [Displayable("table/text", f"/{i}", f"word {i}") for i in range(missing + found)]
    nodes = [string.node for string in strings]
    made = CheckReport(pages=1, skipped=["bad.json"] if variants else [])
    made.content.add("p.json", nodes, [Lost(string, string.text) for string in strings[:missing]])
    made.variants.add("p.json", nodes[:variants], [])
    return made


def test_the_summary_tells_how_many_strings_were_found(capsys: pytest.CaptureFixture[str]) -> None:
    tell(report(0, 12_345), as_json=False)
    captured = capsys.readouterr()
    assert captured.err == "12,345 of 12,345 displayable strings found (100.00 %) on 1 pages\n"
    assert captured.out == ""


def test_missing_strings_are_told_by_kind_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    tell(report(7, 3), as_json=False)
    assert capsys.readouterr().err.splitlines() == [
        "3 of 10 displayable strings found (30.00 %) on 1 pages",
        "  missing table/text: 7 of 10",
        *(f"    p.json#/{i}: 'word {i}'" for i in range(5)),
        "    … and 2 more",
    ]


def test_the_share_is_never_rounded_up_to_all(capsys: pytest.CaptureFixture[str]) -> None:
    tell(report(1, 99_999), as_json=False)
    assert "(99.99 %)" in capsys.readouterr().err


def test_variants_and_skipped_pages_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    tell(report(0, 2, variants=2), as_json=False)
    assert capsys.readouterr().err.splitlines()[1:] == [
        "of variants in other languages: 2 of 2 displayable strings found (100.00 %)",
        "1 pages were not converted and are not counted",
    ]


def test_json_holds_the_whole_report(capsys: pytest.CaptureFixture[str]) -> None:
    tell(report(1, 1), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["content"]["share"], told["content"]["nodes"]) == (
        0.5,
        {"table/text": {"strings": 2, "found": 1}},
    )
    assert told["content"]["missing"] == [
        {"page": "p.json", "node": "table/text", "pointer": "/0", "text": "word 0"}
    ]
