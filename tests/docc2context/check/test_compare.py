import resource
import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docc2context.check.compare import MAX_LISTED, Lost, _Page, compare
from docc2context.check.displayable import Displayable, displayables
from docc2context.check.markdown_text import displayed


def lost(strings: list[Displayable], markdown: str) -> list[Lost]:
    return [item for compared in compare(lambda: strings, markdown) for item in compared.lost]


def missing(
    markdown: str, *texts: str, pointer: str = "/abstract/0", is_code: bool = False
) -> list[str]:
    strings = [Displayable("text", pointer, text, is_code) for text in texts]
    return [item.missing for item in lost(strings, markdown)]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("an **important** word", "important"),
        ("see [`eat(_:)`](sloth/eat(_:).md)", "eat(_:)"),
        ("it ends in x<sub>2</sub>", "x"),
        ("> quoted\n> on", "quoted on"),
        ("folded here", "folded\n  here"),
        ("*Available when `Self`*", " Available when "),
        ("\ufffd is NUL", "\0 is NUL"),
        (r"\*", "*"),
        ("a → b", "→"),
        ("foo **bar** baz", "foo bar"),
        ("a", "a "),
    ],
)
def test_what_stands_in_markup_is_found(markdown: str, text: str) -> None:
    assert missing(markdown, text) == []


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("a sentence", "e"),
        ("sloths", "sloth"),
        ("snake_case", "case"),
        ("Sleep", "sleep"),
        ("[other](sloth.md)", "sloth"),
        ("an Array<Int> of them", "Array<Int>"),
        ("- item", "-"),
        ("**bold**", "*"),
        ('---\ntitle: "Kit"\nmodule: "Kit"\n---\n\nText', "Kit"),
    ],
)
def test_what_no_reader_sees_as_such_is_not_found(markdown: str, text: str) -> None:
    assert missing(markdown, text) == [text]


def test_a_string_displayed_three_times_must_stand_there_three_times() -> None:
    assert missing("a, a, a", "a", "a", "a") == []
    assert missing("a, a", "a", "a", "a") == ["a"]


@pytest.mark.parametrize(
    ("markdown", "texts"),
    [
        (
            "The `Abc` protocol, see\n\n## The `Abc` protocol",
            ["The ", "Abc", " protocol, see", "The `Abc` protocol"],
        ),
        (
            "Subscribe to `did`notify.\n\nSubscribe to didnotify.",
            ["Subscribe to ", "did", "notify.", "Subscribe to didnotify."],
        ),
        ("A **tra**in and\n\na train", ["A ", "tra", "in and", "a train"]),
    ],
)
def test_a_string_leaves_the_words_of_others_where_it_has_a_place_of_its_own(
    markdown: str, texts: list[str]
) -> None:
    assert missing(markdown, *texts) == []


def test_what_front_matter_says_leaves_the_same_words_below_to_others() -> None:
    page = '---\nplatforms: ["Kit 1.0"]\n---\n\n## Kit'
    strings = [
        Displayable("text", "/metadata/platforms/0/name", "Kit"),
        Displayable("text", "/abstract/0", "Kit"),
    ]
    assert lost(strings, page) == []


def test_what_front_matter_lacks_leaves_a_place_that_markup_cuts_to_others() -> None:
    strings = [
        Displayable("text", "/metadata/platforms/0/name", "Kit"),
        Displayable("text", "/abstract/0", "it"),
    ]
    assert lost(strings, "K**it**\n\nKit") == []


def test_a_short_string_is_not_found_where_a_longer_one_stands() -> None:
    assert missing("- `a`: eats a leaf", "a", "eats a leaf") == []
    assert missing("- eats a leaf", "a", "eats a leaf") == ["a"]
    assert missing("a || b", "||", " | ", "a", "b") == [" | ".strip()]


def test_of_a_long_text_the_missing_sentences_are_told() -> None:
    assert missing("It sleeps. It climbs.", "It sleeps. It eats. It climbs.") == ["It eats."]
    assert missing("It sleeps.", "It eats. It sleeps. It climbs.") == ["It eats. … It climbs."]


def test_code_must_be_whole_lines_as_often_as_displayed() -> None:
    markdown = "```swift\nif a {\n}\n```\n\n> ```\n> }\n> ```"
    assert missing(markdown, "if a {", "  }", "}", is_code=True) == []
    assert missing(markdown, "if a {", "}", "}", "}", is_code=True) == ["}"]


def test_code_of_several_lines_stands_in_one_fence() -> None:
    assert missing("a b", "`a` b") == []
    assert missing("a b", "`a` b", is_code=True) == ["`a` b"]
    assert missing("```\nfunc a(\n    b: Int\n)\n```", "func a(\n  b: Int\n)", is_code=True) == []


def test_code_may_stand_in_a_span_where_there_is_no_room_for_a_fence() -> None:
    assert missing("| `let a` |\n| --- |", "let a", is_code=True) == []


def test_what_a_page_says_of_itself_may_stand_in_its_front_matter() -> None:
    markdown = '---\nplatforms: ["iOS 14.0+"]\n---\n\n# Title'
    assert missing(markdown, "iOS", "14.0", pointer="/metadata/platforms/0/name") == []
    assert missing(markdown, "4.0", pointer="/metadata/platforms/0/introducedAt") == ["4.0"]
    assert missing(markdown, "iOS", pointer="/sections/0/metadata/platforms") == ["iOS"]


def test_a_shared_string_may_stand_where_another_does() -> None:
    title = Displayable("metadata/title", "/metadata/title", "Feeding")
    hero = Displayable("hero/title", "/sections/0/title", "Feeding", shared=True)
    assert lost([hero, title], "# Feeding") == []
    assert [item.string for item in lost([hero, title], "# Eating")] == [hero, title]


def test_conditions_may_begin_in_lower_case() -> None:
    prefix = Displayable("conformance/conformancePrefix/text", "/a", "Conforms when")
    assert lost([prefix], "`Leaf` (conforms when `Food` is green)") == []


@pytest.mark.parametrize(
    ("code", "prose", "markdown"),
    [
        ("/primaryContentSections/0/content/0/code/0", "/abstract/0", "Sleep: `eat`"),
        ("/metadata/modules/0/name", "/topicSections/0/identifiers/0", "- `eat`"),
    ],
)
def test_of_equal_strings_the_one_that_belongs_in_prose_takes_the_place_there(
    code: str, prose: str, markdown: str
) -> None:
    elsewhere = Displayable("node", code, "eat", is_code="/code/" in code)
    strings = [elsewhere, Displayable("node", prose, "eat")]
    assert [item.string for item in lost(strings, markdown)] == [elsewhere]


def test_of_equal_strings_the_last_are_missing() -> None:
    strings = [Displayable("node", f"/abstract/{i}", text) for i, text in enumerate("abaab")]
    assert [item.string.pointer for item in lost(strings, "a, a, b")] == [
        "/abstract/3",
        "/abstract/4",
    ]


def test_all_missing_strings_are_counted_by_node_and_no_more_named_than_are_listed() -> None:
    strings = [Displayable(f"{i % 3}", "/abstract/0", "a") for i in range(MAX_LISTED + 2)]
    strings += [Displayable("occ", "/abstract/0", "b", variant="occ")] * 2
    own, variants = compare(lambda: strings, "a b")
    assert (own.displayed, own.missing) == (
        {"0": 3334, "1": 3334, "2": 3334},
        {"0": 3333, "1": 3334, "2": 3334},
    )
    assert [item.string for item in own.lost] == strings[1 : MAX_LISTED + 1]
    assert (variants.displayed, variants.missing) == ({"occ": 2}, {"occ": 1})


def test_a_hundred_thousand_equal_strings_are_not_all_kept_at_once() -> None:
    page = {"topicSections": [{"identifiers": [11] * 100_000}]}
    tracemalloc.start()
    own, _ = compare(lambda: displayables(page), "11")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert own.missing.total() == 99_999
    assert peak < 100_000 * 100


PIECES = st.sampled_from(["a", "b", "ab", "a_", " ", "\n", ".", "→", "**", "`", "<b>", "_"])


@given(st.lists(PIECES, max_size=40).map("".join), st.integers(0, 20), st.integers(1, 9))
@example("a**b**a**b**a**b**a**b**a**b**a b", 2, 1)
def test_the_index_of_words_finds_what_reading_the_whole_page_does(
    markdown: str, begin: int, length: int
) -> None:
    page, reading = _Page(displayed(markdown)), _Page(displayed(markdown))
    reading.words = None
    for needle in {page.plain[begin : begin + length], page.plain[begin : begin + length] + "a"}:
        for start in (0, begin, begin + 1, begin + 2):
            if needle:
                places = list(page._places(needle, start))
                assert places == list(reading._places(needle, start))


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


def test_a_page_of_a_hundred_thousand_words_is_not_read_once_for_each() -> None:
    """Held by the child's own limit: ten times what it takes, and a tenth of what it would."""
    script = (
        "from docc2context.check.compare import compare\n"
        "from docc2context.check.displayable import Displayable\n"
        "words = [f'a{number:015}' for number in range(100_000)]\n"
        "strings = [Displayable('text', '/abstract/0', word) for word in words]\n"
        "print(compare(lambda: strings, '\\n\\n'.join(words[1:]))[0].missing.total())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], preexec_fn=limited, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"1\n", b"")
