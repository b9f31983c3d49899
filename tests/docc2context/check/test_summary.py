import json
from collections import Counter
from collections.abc import Sequence

import msgspec

from docc2context.check.compare import MAX_LISTED, Comparison, Lost
from docc2context.check.displayable import Displayable
from docc2context.check.report import CheckReport
from docc2context.check.summary import summary


def compared(strings: Sequence[Displayable], missing: int) -> Comparison:
    """What is told of a page that lacks the first of its strings."""
    nodes = [string.node for string in strings]
    lost = [Lost(string, string.text) for string in strings[:missing]]
    return Comparison(Counter(nodes), Counter(nodes[:missing]), lost)


def report(missing: int, found: int, variants: int = 0) -> CheckReport:
    strings = [Displayable("table/text", f"/{i}", f"word {i}") for i in range(missing + found)]
    made = CheckReport(pages=1, skipped=["bad.json"] if variants else [])
    made.content.add("p.json", compared(strings, missing))
    made.variants.add("p.json", compared(strings[:variants], 0))
    return made


def test_the_summary_tells_how_many_strings_were_found() -> None:
    told = ["12,345 of 12,345 displayable strings found (100.00 %) on 1 page"]
    assert list(summary(report(0, 12_345))) == told


def test_missing_strings_are_told_by_kind_with_examples() -> None:
    assert list(summary(report(7, 3))) == [
        "3 of 10 displayable strings found (30.00 %) on 1 page",
        "  missing table/text: 7 of 10",
        *(f"    p.json#/{i}: 'word {i}'" for i in range(5)),
        "    … and 2 more",
    ]


def test_the_kind_that_lacks_most_comes_first_and_of_others_the_first_by_name() -> None:
    made = CheckReport(pages=1)
    nodes = ["row/text", "link/text", "aside/text", "link/text"]
    strings = [Displayable(node, f"/{i}", "word") for i, node in enumerate(nodes)]
    made.content.add("p.json", compared(strings, len(strings)))
    assert [line for line in summary(made) if "missing" in line] == [
        "  missing link/text: 2 of 2",
        "  missing aside/text: 1 of 1",
        "  missing row/text: 1 of 1",
    ]


def test_where_all_examples_are_told_there_are_no_more() -> None:
    made = report(5, 0)
    made.unread += [f"{i}.json" for i in range(5)]
    assert [line for line in summary(made) if "more" in line] == []


def test_what_has_no_room_among_the_examples_is_counted_with_the_others() -> None:
    made = report(MAX_LISTED - 1, 0)
    asides = [Displayable("aside/text", f"/{i}", f"word {i}") for i in range(3)]
    made.content.add("q.json", compared(asides, len(asides)))
    assert list(summary(made))[-3:] == [
        "  missing aside/text: 3 of 3",
        "    q.json#/0: 'word 0'",
        "    … and 2 more",
    ]


def test_a_kind_that_has_no_room_at_all_is_told_without_examples() -> None:
    made = report(MAX_LISTED, 0)
    aside = Displayable("aside/text", "/0", "word 0")
    made.content.add("q.json", compared([aside, aside], 1))
    told = list(summary(made))
    assert told[1] == "  missing table/text: 10000 of 10000"
    assert told[-2:] == ["    … and 9995 more", "  missing aside/text: 1 of 2"]


def test_the_share_is_never_rounded_up_to_all() -> None:
    assert "(99.99 %)" in next(summary(report(1, 99_999)))


def test_a_share_of_whole_percents_is_exact() -> None:
    told = [next(summary(report(100 - found, found))) for found in range(1, 101)]
    assert [line.partition("(")[2].partition(" %")[0] for line in told] == [
        f"{found}.00" for found in range(1, 101)
    ]


def test_variants_and_skipped_pages_are_told() -> None:
    assert list(summary(report(0, 2, variants=2)))[1:] == [
        "variants in other languages: 2 of 2 displayable strings found (100.00 %)",
        "1 page not converted, so not counted",
    ]


def test_json_holds_the_whole_report() -> None:
    told = json.loads(msgspec.json.encode(report(1, 1)))
    assert (told["content"]["share"], told["content"]["nodes"]) == (
        0.5,
        {"table/text": {"strings": 2, "found": 1}},
    )
    assert told["content"]["missing"] == [
        {"page": "p.json", "node": "table/text", "pointer": "/0", "text": "word 0"}
    ]


def test_pages_that_the_check_cannot_read_are_named() -> None:
    made = report(0, 1)
    made.unread += [f"{i}.json" for i in range(7)]
    assert list(summary(made))[1:] == [
        *(f"  not checked {i}.json: its JSON is damaged, or too much to check" for i in range(5)),
        "  … and 2 more",
    ]


def test_what_an_archive_says_does_nothing_to_a_terminal() -> None:
    strings = [Displayable("a\x1b[2Jb/text", "/\x1b]0;x\x07", "\x1b[31mred")]
    made = CheckReport(pages=1)
    made.content.add("p\n.json", compared(strings, 1))
    assert list(summary(made))[1:] == [
        r"  missing 'a\x1b[2Jb/text': 1 of 1",
        r"    'p\n.json#/\x1b]0;x\x07': '\x1b[31mred'",
    ]
