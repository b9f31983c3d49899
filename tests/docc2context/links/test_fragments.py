from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from docc2context.links.fragments import Fragments
from docc2context.links.marks import MarkingResolver, headings, mark_heading
from docc2context.links.paths import output_paths
from docc2context.links.site import Site
from docc2context.markdown.slug import LONGEST_LINKED

SITE = Site(output_paths(["data/documentation/kit.json", "data/documentation/kit/f(_:).json"]))
KIT, F = "documentation/kit.md", "documentation/kit/f(_-).md"


def link(identifier: str, **references: dict[str, Any]) -> str | None:
    texts = {name: msgspec.Raw(msgspec.json.encode(node)) for name, node in references.items()}
    links = MarkingResolver(SITE, KIT, texts)
    return links.destination(identifier, links.describe(identifier))


def filled(*pages: tuple[str, str]) -> list[str]:
    fragments = Fragments()
    for path, markdown in pages:
        fragments.add(path, markdown)
    return [fragments.filled(markdown) for _, markdown in pages]


def heading(text: str, anchor: str | None = None) -> str:
    return mark_heading(text, anchor) + "\n"


def test_an_anchor_is_found_in_another_letter_case_unless_it_is_there_as_it_is() -> None:
    kit = heading("# Kit") + heading("## Views", "Views") + heading("### Shown", "views")
    links = "".join(f"[{a}](#\0documentation/kit.md\0{a}\0)" for a in ("views", "Views", "VIEWS"))
    assert filled((KIT, kit + links)) == [
        "# Kit\n## Views\n### Shown\n[views](#shown)[Views](#views)[VIEWS](#views)"
    ]


def test_a_second_heading_of_one_text_anywhere_gets_a_number() -> None:
    kit = heading("# Kit") + heading("## Topics", "T") + "[t](#\0documentation/kit.md\0T\0)"
    f = heading("# f") + heading("## Topics", "T") + f"[t]({link('/documentation/kit/f(_:)#T')})"
    assert filled((KIT, kit), (F, f)) == [
        "# Kit\n## Topics\n[t](#topics)",
        "# f\n## Topics\n[t](#topics-1)",
    ]


def test_a_heading_that_looks_like_a_numbered_one_takes_its_place() -> None:
    page = "".join(map(heading, ["# a", "## a-1", "## a"])) + f"[x]({link('#L')})\n"
    assert filled((KIT, page + heading("## a", "L"))) == ["# a\n## a-1\n## a\n[x](#a-3)\n## a\n"]


@pytest.mark.parametrize(
    ("identifier", "fragment"),
    [
        ("/documentation/kit", "#kit"),
        ("/documentation/kit#None", "#kit"),
        ("#Own%20Use", "#own-use"),
        ("/documentation/kit/f(_:)#Own%20Use", "#f_"),
        ("/documentation/kit/f(_:)", "#f_"),
    ],
)
def test_a_link_leads_to_its_heading_or_else_to_the_title_of_its_page(
    identifier: str, fragment: str
) -> None:
    kit = heading("# Kit") + heading("## Own use", "Own Use") + f"({link(identifier)})"
    told, _ = filled((KIT, kit), (F, heading("# f(\\_:)")))
    assert told.endswith(f"({fragment})")


def test_a_heading_of_a_thousand_letters_is_linked_and_a_longer_one_is_not() -> None:
    kit = heading("# Kit") + heading("## " + "a" * LONGEST_LINKED, "A")
    kit += heading("## " + "b" * (LONGEST_LINKED + 1), "B") + f"{link('#A')} {link('#B')}"
    (told,) = filled((KIT, kit))
    assert told.rpartition("\n")[2] == f"#{'a' * LONGEST_LINKED} #kit"


def test_a_page_whose_title_is_too_long_to_link_is_linked_at_its_first_heading() -> None:
    page = heading("# " + "a" * (LONGEST_LINKED + 1)) + heading("## Use", "Use")
    (told,) = filled((KIT, page + heading("## Note", "Note") + f"({link('/documentation/kit')})"))
    assert told.endswith("(#use)")


@pytest.mark.parametrize("anchor", ["概要", "%E6%A6%82%E8%A6%81"])
@pytest.mark.parametrize("fragment", ["概要", "%E6%A6%82%E8%A6%81"])
def test_anchors_are_the_same_percent_encoded_or_not(anchor: str, fragment: str) -> None:
    page = heading("# Kit") + heading("## 概要", anchor) + f"({link(f'#{fragment}')})"
    assert filled((KIT, page)) == ["# Kit\n## 概要\n(#概要)"]


def test_letter_case_is_ignored_in_every_script() -> None:
    page = heading("# Kit") + heading("## Übung", "Übung") + f"({link('#übung')})"
    assert filled((KIT, page)) == ["# Kit\n## Übung\n(#übung)"]


def test_a_link_to_a_page_that_is_not_there_leads_to_the_beginning() -> None:
    assert filled((KIT, heading("# Kit") + f"[f]({link('/documentation/kit/f(_:)')})")) == [
        "# Kit\n[f](#)"
    ]


def test_addresses_on_the_web_stay_and_what_is_nowhere_has_no_link() -> None:
    web = {"type": "link", "url": "https://example.com", "title": "E"}
    assert link("web", web=web) == "https://example.com"
    assert link("doc://other/documentation/x") is None


@pytest.mark.parametrize("anchor", ["a|b", "a\nb", "a`b", "<a>", "a\0b", "%41", "ü"])
def test_no_anchor_breaks_its_mark_or_what_stands_around_it(anchor: str) -> None:
    marked = mark_heading("## X", anchor)
    assert set("|\n`<>").isdisjoint(marked)
    ((key, words),) = headings(marked)
    assert (key != "", words) == (True, "X")
    marked = link(f"#{quote(anchor)}") or ""
    assert marked.count("\0") == 3
    assert set("|\n`<>").isdisjoint(marked)


@pytest.mark.parametrize("before", ["", "> ", "- ", "1. ", "> - ", "  - > "])
def test_headings_in_quotations_and_lists_are_headings(before: str) -> None:
    assert list(headings(before + mark_heading("### X", "A"))) == [("A", "X")]


@pytest.mark.parametrize("before", ["| ", "text ", "| a<br>"])
def test_what_looks_like_a_heading_in_a_table_is_none(before: str) -> None:
    line = before + mark_heading("### X", "A")
    assert list(headings(line)) == []
    assert filled((KIT, line)) == [f"{before}### X"]
