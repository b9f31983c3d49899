"""The name of a language is any text of the archive, and shown wherever pages differ."""

import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import docc2context
from docc2context.markdown.escape import escape
from docc2context.render.language_names import language_name
from tests.docc2context import oracle
from tests.docc2context.archives import archive, page, unzipped

HOSTILE = "x\n\n# Fake\n\n<script>alert(1)</script> [go](javascript:alert(1)) \0#\0GONE\0 _a_ &lt;"
SHOWN = "x # Fake script alert 1 script go\N{HORIZONTAL ELLIPSIS}"


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("occ", "Objective-C"),
        ("objc", "Objective-C"),
        ("swift", "Swift"),
        ("c", "C"),
        ("c++", "C++"),
        ("cpp", "C++"),
        ("data", "Data"),
        ("openapi", "openapi"),
        ("C#", "C#"),
        ("objective-c 2.0", "objective-c 2.0"),
        ("a <b>*c*", "a b c"),
        ("a_b", "a b"),
        ("***", "another language"),
        ("*" * 50, "another language"),
        ("", ""),
        ("a" * 40, "a" * 40),
        ("a" * 39 + " bc", "a" * 39 + "…"),
        ("a" * 1000, "a" * 40 + "…"),
    ],
)
def test_a_language_is_named_by_plain_words(language: str, name: str) -> None:
    assert language_name(language) == name


@given(st.text(min_size=1) | st.lists(st.sampled_from("a1_*`<&\\!#+-.>\n\0 \u202e"), min_size=1))
@example(HOSTILE)
def test_no_name_of_a_language_means_more_than_its_words(language: str | list[str]) -> None:
    name = language_name("".join(language))
    assert 0 < len(name) <= 41
    assert name.isprintable()
    assert escape(name) == name == oracle.text(f"x {name} x")[2:-2]


def test_no_name_of_a_language_makes_markup_wherever_pages_show_it() -> None:
    listed = {"type": "topic", "title": "B", "url": "/documentation/b", "kind": "symbol"}
    patch: list[dict[str, Any]] = [
        {"op": "replace", "path": "/metadata/title", "value": "KIT"},
        {"op": "replace", "path": "/references/b/title", "value": "BB"},
        {"op": "remove", "path": "/primaryContentSections"},
        {"op": "add", "path": "/seeAlsoSections", "value": [{"title": "S", "identifiers": ["b"]}]},
    ]
    kit = page(
        "Kit",
        kind="symbol",
        metadata={"title": "Kit"},
        topicSections=[{"title": "T", "identifiers": ["b"]}],
        primaryContentSections=[{"kind": "content", "content": [_heading("Only here")]}],
        references={"b": listed},
        variants=[
            {"paths": ["/documentation/kit"], "traits": [{"interfaceLanguage": "swift"}]},
            {"paths": ["/documentation/b"], "traits": [{"interfaceLanguage": HOSTILE}]},
        ],
        variantOverrides=[{"traits": [{"interfaceLanguage": HOSTILE}], "patch": patch}],
    )
    bundle, single = io.BytesIO(), io.BytesIO()
    docc2context.convert(archive(kit=kit, b=page("B")), bundle)
    docc2context.convert(archive(kit=kit, b=page("B")), single, single=True)
    made = unzipped(bundle.getvalue())
    markdown = made["documentation/kit.md"].decode()
    assert markdown.count(SHOWN) == 6
    for line in (
        f'languages: ["Swift", "{SHOWN}"]',
        f"**{SHOWN}:** [b](b.md)",
        f"**{SHOWN}:** `KIT`",
        f"_Not in {SHOWN}: Only here._",
        f"- [`B`](b.md) ({SHOWN}: `BB`)",
        f"## See Also ({SHOWN})",
    ):
        assert line in markdown.split("\n")
    contents = made["llms.txt"].decode()
    assert contents.splitlines()[-1] == f"- [`Kit`](documentation/kit.md) ({SHOWN}: `KIT`)"
    assert "\0" not in markdown + contents + single.getvalue().decode()
    assert single.getvalue().decode().count(SHOWN) == 6


def _heading(text: str) -> dict[str, Any]:
    return {"type": "heading", "level": 2, "text": text, "anchor": text}
