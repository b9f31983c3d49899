from typing import Any

import pytest

from docc2context.check.denied import NEVER, NEVER_IN
from docc2context.check.displayable import Displayable, displayables

SLOTH = {
    "type": "topic",
    "title": "Sloth",
    "abstract": [{"type": "text", "text": "Sleeps."}],
    "estimatedTime": "5min",
    "url": "/documentation/sloth",
    "fragments": [{"kind": "keyword", "text": "class"}],
}


def shown(page: dict[str, Any], **references: Any) -> list[tuple[str, str]]:
    found = displayables({**page, "references": references})
    return [(string.node, string.text) for string in found]


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def paragraph(*inlines: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "inlineContent": list(inlines)}


def content(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"primaryContentSections": [{"kind": "content", "content": list(blocks)}]}


def test_what_stands_in_place_of_declarations_is_shown() -> None:
    page = {"primaryContentSections": [{"kind": "declarations", "declarations": "func eat()"}]}
    assert shown(page) == [("declarations/declarations", "func eat()")]


def test_text_is_told_by_what_it_stands_in() -> None:
    aside = {"type": "aside", "style": "note", "name": "Beware", "content": [paragraph(text("a"))]}
    assert shown(content(aside)) == [
        ("content/aside/name", "Beware"),
        ("aside/paragraph/text", "a"),
    ]


def test_the_pointer_leads_to_the_string() -> None:
    page = content(paragraph(text("a"), {"type": "codeVoice", "code": "b"}))
    assert list(displayables(page))[1].pointer == (
        "/primaryContentSections/0/content/0/inlineContent/1"
    )
    assert next(displayables({"metadata": {"a/b~c": "d"}})).pointer == "/metadata/a~1b~0c"


def test_what_nobody_knows_counts_as_displayed() -> None:
    poll = {"type": "poll", "question": "Which?", "answers": ["this", "that"], "votes": 7}
    assert shown(content(poll)) == [
        ("content/poll/question", "Which?"),
        ("content/poll/answers", "this"),
        ("content/poll/answers", "that"),
        ("content/poll/votes", "7"),
    ]


@pytest.mark.parametrize("key", NEVER)
def test_a_key_that_no_page_displays_is_passed_over(key: str) -> None:
    assert shown({"metadata": {key: "x"}}) == []


@pytest.mark.parametrize(("owner", "key"), [(o, k) for o, keys in NEVER_IN.items() for k in keys])
def test_a_key_that_some_object_does_not_display_is_displayed_by_others(
    owner: str, key: str
) -> None:
    assert shown(content({"type": owner, key: "x"})) == []
    assert shown(content({"type": "poll", key: "x"})) == [(f"content/poll/{key}", "x")]


def test_neighbours_of_text_are_one_string() -> None:
    page = content(paragraph(text("a b"), text(" "), text("c"), {"type": "strong"}, text("d")))
    assert [words for _, words in shown(page)] == ["a b c", "d"]


def test_code_counts_by_its_lines_that_are_not_empty() -> None:
    listing = {"type": "codeListing", "syntax": "swift", "code": ["a {", "", "  b", "}"]}
    assert [string.text for string in displayables(content(listing))] == ["a {", "  b", "}"]
    assert all(string.is_code for string in displayables(content(listing)))


def test_a_declaration_is_one_string() -> None:
    tokens = [{"kind": "keyword", "text": "func"}, {"kind": "text", "text": " eat()"}]
    section = {"kind": "declarations", "declarations": [{"tokens": tokens, "platforms": ["iOS"]}]}
    assert shown({"primaryContentSections": [section]}) == [
        ("declarations/declarations/tokens", "func eat()")
    ]


def test_the_type_of_a_parameter_is_displayed_the_type_of_a_node_is_not() -> None:
    item = {"name": "id", "type": [{"kind": "text", "text": "string"}]}
    section = {"kind": "properties", "title": "Properties", "items": [item]}
    assert [words for _, words in shown({"primaryContentSections": [section]})] == [
        "Properties",
        "id",
        "string",
    ]


def test_declarations_show_their_platforms_where_those_differ() -> None:
    def labels(*platforms: str) -> list[str]:
        declarations = [
            {"tokens": [{"kind": "text", "text": "x"}], "platforms": [name]} for name in platforms
        ]
        section = {"kind": "declarations", "declarations": declarations}
        return [words for _, words in shown({"primaryContentSections": [section]}) if words != "x"]

    assert labels("iOS", "iOS") == []
    assert labels("iOS", "macOS") == ["iOS", "macOS"]


def test_declarations_are_shown_beside_what_is_none() -> None:
    declaration = {"tokens": [{"kind": "text", "text": "x"}], "platforms": ["iOS"]}
    section = {"kind": "declarations", "declarations": [None, "func eat()", declaration]}
    assert shown({"primaryContentSections": [section]}) == [
        ("declarations/declarations", "func eat()"),
        ("declarations/declarations/tokens", "x"),
    ]


def test_an_aside_without_a_name_shows_its_style() -> None:
    aside = {"type": "aside", "style": "warning", "content": []}
    assert shown(content(aside)) == [("content/aside/name", "Warning")]


def test_a_mention_shows_a_title_alone() -> None:
    mention = {"type": "reference", "identifier": "sloth", "isActive": True}
    assert shown(content(paragraph(mention)), sloth=SLOTH) == [("reference/topic/title", "Sloth")]


def test_a_mention_with_a_title_of_its_own_shows_that() -> None:
    mention = {"type": "reference", "identifier": "sloth"}
    own = {"overridingTitle": "it"}
    rich = {"overridingTitleInlineContent": [{"type": "codeVoice", "code": "it"}]}
    for title, node in (
        (own, "overridingTitle"),
        (rich, "codeVoice"),
        ({**own, **rich}, "codeVoice"),
    ):
        [(found, words)] = shown(content(paragraph({**mention, **title})), sloth=SLOTH)
        assert (found.rpartition("/")[2], words) == (node, "it")


def test_a_list_of_pages_shows_what_they_are_about() -> None:
    group = {"title": "Animals", "identifiers": ["sloth", "sloth", "absent"], "anchor": "Animals"}
    assert shown({"topicSections": [group]}, sloth=SLOTH) == [
        ("topicSections/title", "Animals"),
        ("topicSections/topic/title", "Sloth"),
        ("topic/abstract/text", "Sleeps."),
        ("topicSections/topic/estimatedTime", "5min"),
    ]


def test_a_property_list_key_shows_its_other_name() -> None:
    def other(style: str) -> list[str]:
        key = {"title": "t", "name": "RAW", "ideTitle": "Words", "titleStyle": style}
        found = shown({"topicSections": [{"identifiers": ["key"]}]}, key=key)
        return [words for _, words in found if words != "t"]

    assert (other("title"), other("symbol")) == (["RAW"], ["Words"])


def test_relationships_show_conditions_without_the_full_stop() -> None:
    leaf = {
        "type": "unresolvable",
        "title": "Leaf",
        "abstract": [text("no")],
        "conformance": {
            "availabilityPrefix": [text("Available when")],
            "conformancePrefix": [text("Conforms when")],
            "constraints": [{"type": "codeVoice", "code": "Food"}, text(" is green"), text(".")],
        },
    }
    group = {"kind": "relationships", "type": "conformsTo", "title": "To", "identifiers": ["leaf"]}
    assert [words for _, words in shown({"relationshipsSections": [group]}, leaf=leaf)] == [
        "To",
        "Leaf",
        "Conforms when",
        "Food",
        " is green",
    ]


def test_relationships_that_list_nothing_show_no_title() -> None:
    bare = {"kind": "relationships", "type": "inheritsFrom", "title": "From", "identifiers": []}
    full = {**bare, "type": "conformsTo", "title": "To", "identifiers": ["leaf"]}
    page = {"relationshipsSections": [bare, full]}
    assert [words for _, words in shown(page, leaf={"title": "Leaf"})] == ["To", "Leaf"]


@pytest.mark.parametrize(
    ("constraints", "words"),
    [
        ([text("It is green. ")], ["It is green"]),
        ([text("It is. "), {"type": "codeVoice", "code": "A."}], ["It is. ", "A."]),
        ([], []),
    ],
)
def test_only_the_last_full_stop_goes(constraints: list[dict[str, Any]], words: list[str]) -> None:
    assert [word for _, word in shown({"constraints": constraints})] == words


def test_a_list_of_pages_shows_when_they_are_available() -> None:
    prefixes = {"availabilityPrefix": [text("When")], "conformancePrefix": [text("Conforms")]}
    leaf = {"type": "topic", "title": "Leaf", "conformance": prefixes}
    group = {"identifiers": ["leaf"]}
    assert [words for _, words in shown({"topicSections": [group]}, leaf=leaf)] == ["Leaf", "When"]


def test_bare_tokens_and_those_in_brackets_too_many_are_one_line_of_code() -> None:
    leaves = {"kind": "identifier", "text": "leaves"}
    tokens = ["let ", [leaves], None, [[{"type": "text", "text": ":"}, " ", []]], "Int", True]
    page = {"declarations": [{"tokens": tokens}], "tags": ["a", "b"]}
    assert list(displayables(page)) == [
        Displayable(
            "declarations/tokens", "/declarations/0/tokens", "let leaves: Int", is_code=True
        ),
        Displayable("tags", "/tags/0", "a"),
        Displayable("tags", "/tags/1", "b"),
    ]


def test_what_has_a_type_is_no_fragment_of_a_declaration() -> None:
    node = {"type": "text", "kind": "x", "text": "a"}
    assert [string.is_code for string in displayables({"abstract": [node]})] == [False]


def test_what_else_stands_among_lines_of_code_is_displayed_too() -> None:
    listing = {"type": "codeListing", "code": ["a", 5]}
    assert [words for _, words in shown(content(listing))] == ["a", "5"]


def test_a_picture_shows_its_caption_once_though_its_reference_repeats_it() -> None:
    figure = {"type": "image", "identifier": "ui.png", "metadata": {"title": "Figure 1"}}
    file = {"type": "image", "title": "Figure 1", "alt": "A phone"}
    assert shown(content(paragraph(figure)), **{"ui.png": file}) == [
        ("image/image/alt", "A phone"),
        ("image/metadata/title", "Figure 1"),
    ]


def test_a_step_shows_its_file_and_its_picture() -> None:
    file = {"type": "file", "fileName": "a.swift", "content": ["x", "", "y"], "syntax": "swift"}
    picture = {"type": "image", "alt": "A cat", "variants": [{"url": "/images/cat.png"}]}
    step = {"type": "step", "code": "file", "media": "picture", "runtimePreview": None}
    assert shown(content(step), file=file, picture=picture) == [
        ("step/file/fileName", "a.swift"),
        ("step/file/content", "x"),
        ("step/file/content", "y"),
        ("step/image/alt", "A cat"),
    ]


def test_a_page_that_a_list_repeats_is_shown_once() -> None:
    links = {"type": "links", "items": ["sloth", "sloth"]}
    page = {**content(links), "topicSections": [{"identifiers": ["sloth", "sloth"]}]}
    sloth = {"type": "topic", "title": "Sloth"}
    assert [words for _, words in shown(page, sloth=sloth)] == ["Sloth", "Sloth"]


def test_messages_of_platforms_count_once_and_not_beside_a_summary() -> None:
    platforms = [{"name": name, "message": "Gone", "renamed": "new"} for name in ("iOS", "macOS")]
    page: dict[str, Any] = {"metadata": {"platforms": platforms}}
    assert [words for _, words in shown(page)] == ["iOS", "Gone", "macOS"]
    for platform in platforms:
        del platform["message"]
    assert [words for _, words in shown(page)] == ["iOS", "new", "macOS"]
    page["deprecationSummary"] = [paragraph(text("It is gone"))]
    assert [words for _, words in shown(page)] == ["iOS", "macOS", "It is gone"]


def test_references_that_mention_themselves_end() -> None:
    loop = {
        "type": "link",
        "title": "plain",
        "titleInlineContent": [{"type": "reference", "identifier": "loop"}],
    }
    mention = {"type": "reference", "identifier": "loop"}
    assert shown(content(paragraph(mention)), loop=loop) == []


def test_nesting_as_deep_as_json_may_be_is_walked() -> None:
    node: dict[str, Any] = paragraph(text("deep"))
    for _ in range(5_000):
        node = {"type": "aside", "name": "", "style": "", "content": [node]}
    assert list(displayables(content(node)))[-1].text == "deep"


MENTION_OF_NOTHING = {"references": [], "identifiers": ["sloth"]}


@pytest.mark.parametrize(
    "page", [None, [], "x", 1, {"references": []}, {"abstract": None}, MENTION_OF_NOTHING]
)
def test_what_is_no_page_displays_nothing(page: object) -> None:
    assert list(displayables(page)) == []


def test_what_is_deprecated_some_day_is_told_in_words() -> None:
    versions = ["100000.0", "100000", "10000.0", "14.0"]
    platforms = [{"name": "iOS", "deprecatedAt": version} for version in versions]
    told = [words for node, words in shown({"metadata": {"platforms": platforms}}) if "At" in node]
    assert told == ["to be deprecated", "to be deprecated", "10000.0", "14.0"]
    assert shown({"metadata": {"introducedAt": "100000.0", "obsoletedAt": "100000.0"}}) == [
        ("metadata/introducedAt", "100000.0"),
        ("metadata/obsoletedAt", "to be obsoleted"),
    ]


@pytest.mark.parametrize(
    ("text_of_heading", "headings"),
    [("Discussion", []), ("Talk", ["Talk"]), ("discussion", ["discussion"])],
)
def test_the_heading_that_swift_docc_puts_above_a_groups_discussion_is_passed_over(
    text_of_heading: str, headings: list[str]
) -> None:
    heading = {"type": "heading", "text": text_of_heading, "anchor": "discussion", "level": 2}
    discussion = {"kind": "content", "content": [heading, paragraph(text("a"))]}
    page = {"topicSections": [{"title": "T", "discussion": discussion}]}
    assert [words for _, words in shown(page)] == ["T", *headings, "a"]
    assert list(displayables(page))[-1].pointer == (
        "/topicSections/0/discussion/content/1/inlineContent/0"
    )


def test_a_raw_name_may_stand_where_the_name_does() -> None:
    details = {"name": "NSSloth", "rawName": "NSSloth"}
    page = {"primaryContentSections": [{"kind": "details", "details": details}]}
    assert [(one.text, one.shared) for one in displayables(page)] == [
        ("NSSloth", False),
        ("NSSloth", True),
    ]


def test_the_titles_of_a_tutorial_and_of_its_head_may_stand_where_the_page_s_does() -> None:
    page = {"title": "Feeding", "sections": [{"kind": "intro", "title": "Feeding Sloths"}]}
    assert [(one.text, one.shared) for one in displayables(page)] == [
        ("Feeding", True),
        ("Feeding Sloths", True),
    ]


def mention(identifier: str, **keys: Any) -> dict[str, Any]:
    return {"type": "reference", "identifier": identifier, "isActive": True, **keys}


@pytest.mark.parametrize(
    ("named", "whole"),
    [
        (mention("doc://kit/documentation/No%20Sloth"), "preNo Slothpost"),
        (mention("doc://kit/documentation/Leaf/"), "preLeafpost"),
        (mention("article"), "preAll Slothspost"),
        (mention("module"), "preSlothKitpost"),
        (mention("kit/untitled"), "preuntitledpost"),
        (mention("sloth", overridingTitle="It"), "preItpost"),
        (mention("link", isActive=False), "preSitepost"),
        (mention("rich", isActive=False), "preGoodSitepost"),
        (
            mention(
                "sloth", overridingTitle="?", overridingTitleInlineContent=[text("a"), text("b")]
            ),
            "preabpost",
        ),
    ],
)
def test_a_name_in_words_is_one_string_with_the_text_that_touches_it(
    named: dict[str, Any], whole: str
) -> None:
    article = {"type": "topic", "kind": "article", "title": "All Sloths"}
    page = content(paragraph(text("pre"), named, text("post, and more")))
    link = {"type": "link", "title": "Site"}
    references = {
        "sloth": {**SLOTH, "kind": "symbol"},
        "article": article,
        "module": {**article, "kind": "symbol", "role": "collection", "title": "SlothKit"},
        "kit/untitled": {"type": "topic", "kind": "article"},
        "link": link,
        "rich": {**link, "titleInlineContent": [text("Good"), text("Site")]},
    }
    assert shown(page, **references) == [("content/paragraph/text", f"{whole}, and more")]


def test_names_in_words_that_touch_each_other_are_one_string() -> None:
    leaf, twig = mention("doc://kit/documentation/Leaf"), mention("doc://kit/documentation/Twig")
    assert shown(content(paragraph(leaf, twig, text(" and "), leaf))) == [
        ("content/paragraph/text", "LeafTwig and ")
    ]


@pytest.mark.parametrize(
    ("named", "strings"),
    [
        (mention("doc://kit/documentation/Gone"), ["pre ", ", and more"]),
        (mention("sloth"), ["pre ", "Sloth", ", and more"]),
        (mention("link"), ["pre ", "Site", ", and more"]),
        (mention("article"), ["pre ", "All Sloths", ", and more"]),
    ],
)
def test_a_name_that_no_text_touches_is_a_string_by_itself(
    named: dict[str, Any], strings: list[str]
) -> None:
    article = {"type": "topic", "kind": "article", "title": "All Sloths"}
    link = {"type": "link", "title": "Site"}
    page = content(paragraph(text("pre "), named, text(", and more")))
    found = shown(page, sloth={**SLOTH, "kind": "symbol"}, link=link, article=article)
    assert [words for _, words in found] == strings


def test_bare_strings_among_inline_content_are_one_string_with_the_text_beside_them() -> None:
    inlines = ["All ", text("sloth"), "s", 7, True, {"type": "codeVoice", "code": "x"}]
    assert shown({"abstract": inlines, **content({**paragraph(), "inlineContent": inlines})}) == [
        ("abstract/text", "All sloths7"),
        ("abstract/codeVoice", "x"),
        ("content/paragraph/text", "All sloths7"),
        ("content/paragraph/codeVoice", "x"),
    ]


@pytest.mark.parametrize("keys", [{}, {"identifier": None}, {"identifier": ""}])
def test_what_mentions_nothing_has_no_name(keys: dict[str, Any]) -> None:
    nothing = {"type": "reference", "isActive": True, **keys}
    assert shown(content(paragraph(text("pre"), nothing, text("post")))) == [
        ("content/paragraph/text", "pre"),
        ("content/paragraph/text", "post"),
    ]


def test_a_name_that_is_code_or_a_link_is_a_string_by_itself_wherever_it_stands() -> None:
    code = {"titleInlineContent": [{"type": "codeVoice", "code": "Sight"}]}
    link = {"type": "link", "title": "Site"}
    page = content(
        paragraph(
            *(text("pre"), mention("sloth"), text("s"), mention("link"), text("s")),
            *(mention("seen", isActive=False), text("s"), mention("gone"), text("s")),
        )
    )
    found = shown(
        page,
        sloth={**SLOTH, "kind": "symbol"},
        link=link,
        seen={**link, **code},
        gone={"type": "unresolvable", "title": "Swift.Sloth"},
    )
    assert [words for _, words in found] == [
        *("pre", "Sloth", "s", "Site", "s", "Sight", "s", "Swift.Sloth", "s")
    ]
