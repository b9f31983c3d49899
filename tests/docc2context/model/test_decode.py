import json
from typing import Any, get_args

import msgspec
import pytest
from msgspec import inspect

from docc2context.model.block import (
    Aside,
    Block,
    CodeListing,
    Heading,
    Links,
    ListItem,
    Paragraph,
    Table,
    ThematicBreak,
    UnknownBlock,
    UnorderedList,
)
from docc2context.model.decode import PageUndecodable, decode_page
from docc2context.model.inline import (
    CodeVoice,
    ContentMetadata,
    Image,
    Inline,
    ReferenceLink,
    Text,
    UnknownInline,
)
from docc2context.model.page import TopicGroup
from docc2context.model.reference import Reference
from docc2context.model.sections import (
    Attributes,
    Content,
    Declarations,
    Mentions,
    Parameter,
    Parameters,
    PrimarySection,
    UnknownPrimarySection,
)
from docc2context.model.symbol import Availability, Fragment
from docc2context.model.tutorials import Layout, Section

IDENTIFIER = {"url": "doc://x/documentation/X", "interfaceLanguage": "swift"}


def page(**keys: Any) -> bytes:
    return json.dumps({"identifier": IDENTIFIER, "metadata": {"title": "X"}, **keys}).encode()


def content(*blocks: Any) -> dict[str, Any]:
    return {"primaryContentSections": [{"kind": "content", "content": list(blocks)}]}


def decoded_content(data: bytes) -> list[Any]:
    (section,) = decode_page(data).node.primary_content_sections or []
    assert isinstance(section, Content)
    return section.content


def test_a_page_as_the_format_says_has_no_unknown_nodes() -> None:
    decoded = decode_page(page(abstract=[{"type": "text", "text": "Hi"}]))
    assert decoded.node.abstract == [Text(text="Hi")]
    assert decoded.unknown_nodes == {}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "invalid JSON"),
        (b'{"identifier": {"url": "x"},}', "invalid JSON"),
        (b"\xff\xfe{}", "invalid JSON"),
        (b'{"metadata": {"title": "\xff"}}', "invalid JSON: not UTF-8"),
        (b'{"kind": 5, "ignored": "\xff"}', "invalid JSON: not UTF-8"),  # found by the second look
        (b"[]", "^not a RenderNode page: not a JSON object$"),
        (b'"text"', "^not a RenderNode page: not a JSON object$"),
        (b"{}", "^not a RenderNode page: neither an identifier nor a title$"),
        (b'{"formatVersion": "1.0"}', "neither an identifier nor a title"),
        (b'{"identifier": {"url": "x"}, "abstract": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_page_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(PageUndecodable, match=reason):
        decode_page(data)


@pytest.mark.parametrize(
    ("data", "identifier", "title"),
    [
        (b'{"identifier": {"url": "doc://x"}}', "doc://x", None),
        (b'{"metadata": {"title": "X"}}', "", "X"),
    ],
)
def test_an_identifier_or_a_title_makes_a_page(
    data: bytes, identifier: str, title: str | None
) -> None:
    node = decode_page(data).node
    assert (node.identifier.url, node.metadata.title) == (identifier, title)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert decode_page(b"\xef\xbb\xbf" + page()).node.metadata.title == "X"


@pytest.mark.parametrize(
    "members",
    [
        {"abstract": [1] * 100_001},
        {"deprecationSummary": [{}] * 100_001},
        {"primaryContentSections": [{}] * 50_000, "sections": [{}] * 50_001},
        {"a": [{"type": "u"}] * 50_000, "b": [{"type": "u"}] * 50_001},
        {f"a{i}": "two words" for i in range(100_001)},
        {"a": ["two words"] * 100_001},
        {"a": [[{"type": "text", "text": "a"}]] * 100_001},
        {"identifiers": [["doc://a"]] * 100_001},
        {"abstract": [{"type": "u", "a": [{"title": "b"}] * 100_001}]},
        {"abstract": [{"type": "u", "title": [["b"]] * 100_001}]},
        {"sections": [{"kind": "u", "title": ["b"] * 50_000}] * 2},
        {"seeAlsoSections": [{"title": ["b"] * 50_000, "identifiers": []}] * 2},
    ],
    ids=[
        *("numbers", "blocks", "sections", "below unknown keys", "unknown keys"),
        *("strings under an unknown key", "paragraphs under one", "pages listed under one"),
        *("objects in an unknown inline", "lists in one", "strings in unknown sections"),
        "strings where one belongs",
    ],
)
def test_a_page_with_too_much_that_fits_nowhere_is_refused(members: dict[str, Any]) -> None:
    reason = r"^over 100,000 unknown or malformed nodes and strings$"
    with pytest.raises(PageUndecodable, match=reason):
        decode_page(page(**members))


def test_a_page_with_as_much_as_may_be_that_fits_nowhere_is_kept() -> None:
    decoded = decode_page(page(abstract=[1] * 99_998, x=[{"type": "u"}]))
    assert decoded.unknown_nodes == {"inline:number": 99_998, "block:u": 1, "page:x": 1}


@pytest.mark.parametrize(
    ("escaped", "text", "lone"),
    [
        (r"\ud83d", "\ufffd", 1),
        (r"a\uDE00 \uD83Db", "a\ufffd \ufffdb", 2),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600", 1),
        (r"\ude00\ud83d\n", "\ufffd\ufffd\n", 2),
        (r"\ud83d \\ud83d \\\ud83d \ufffd", "\ufffd \\ud83d \\\ufffd \ufffd", 2),
    ],
)
def test_half_a_surrogate_pair_costs_no_more_than_itself(
    escaped: str, text: str, lone: int
) -> None:
    data = page(abstract=[{"type": "text", "text": "@"}]).replace(b"@", escaped.encode())
    decoded = decode_page(data)
    assert decoded.node.abstract == [Text(text=text)]
    assert decoded.unknown_nodes == {"malformed:surrogate": lone}


def test_halves_of_surrogate_pairs_are_no_nodes_of_which_there_could_be_too_many() -> None:
    data = page(abstract=[{"type": "text", "text": "@"}, 1], x="two words")
    decoded = decode_page(data.replace(b"@", rb"\ud83d" * 100_000))
    assert decoded.unknown_nodes == {
        "malformed:surrogate": 100_000,
        "inline:number": 1,
        "page:x": 1,
    }


def test_half_a_surrogate_pair_among_other_faults_and_in_patches_is_mended() -> None:
    patch = [{"op": "replace", "path": "/metadata/title", "value": "@"}]
    override = {"traits": [{"interfaceLanguage": "occ"}], "patch": patch}
    data = page(abstract=[{"type": "emoji"}], variantOverrides=[override])
    decoded = decode_page(data.replace(b"@", rb"\ud83d"))
    assert [other.node.metadata.title for other in decoded.others] == ["\ufffd"]
    assert decoded.unknown_nodes == {"inline:emoji": 1, "malformed:surrogate": 1}


def test_null_where_a_list_belongs_loses_nothing() -> None:
    decoded = decode_page(page(topicSections=None, references=None, **content(None)))
    assert decoded.node.references == {}
    assert decoded.unknown_nodes == {"malformed:value": 1}


def test_an_unknown_block_keeps_its_words_and_its_blocks_and_is_counted() -> None:
    poll = {
        "type": "poll",
        "title": "Tabs?",
        "choices": [{"content": [{"type": "paragraph", "inlineContent": []}], "votes": 3}],
        "inlineContent": [{"type": "codeVoice", "code": "x"}],
    }
    data = page(**content(poll, {"type": "heading", "text": "After", "level": 2}))
    assert decoded_content(data) == [
        UnknownBlock(
            name="poll",
            content=[
                Paragraph(inline_content=[Text(text="Tabs?")]),
                Paragraph(),
                Paragraph(inline_content=[CodeVoice(code="x")]),
            ],
        ),
        Heading(text="After", level=2),
    ]
    assert decode_page(data).unknown_nodes == {"block:poll": 1}


def test_an_unknown_inline_keeps_its_words() -> None:
    decoded = decode_page(page(abstract=[{"type": "math", "text": "x²"}]))
    assert decoded.node.abstract == [UnknownInline(name="math", text="x²")]
    assert decoded.unknown_nodes == {"inline:math": 1}


def test_what_is_unknown_inside_of_unknown_inline_content_is_kept_and_counted() -> None:
    key = {"type": "key", "inlineContent": [{"type": "text", "text": "F1"}]}
    inner = {"icon": {"caption": "a lamp"}, "names": [{"title": "Help"}, key]}
    decoded = decode_page(page(abstract=[{"type": "kbd", "label": ["Press", "it"], **inner}]))
    assert decoded.node.abstract == [
        UnknownInline(
            name="kbd",
            inline_content=[
                Text(text=" Press it "),
                Text(text=" a lamp "),
                Text(text=" Help "),
                UnknownInline(name="key", inline_content=[Text(text="F1")]),
            ],
        )
    ]
    assert decoded.unknown_nodes == {"inline:kbd": 1, "inline:key": 1}


def test_an_unknown_section_is_counted() -> None:
    section = {"kind": "quiz", "content": [{"type": "thematicBreak"}]}
    decoded = decode_page(page(primaryContentSections=[section]))
    (found,) = decoded.node.primary_content_sections or []
    assert isinstance(found, UnknownPrimarySection)
    assert len(found.content) == 1
    assert decoded.unknown_nodes == {"primarysection:quiz": 1}


def test_a_key_of_a_page_that_the_format_does_not_know_becomes_a_section() -> None:
    quiz = [{"title": "Quiz", "content": [{"type": "thematicBreak"}], "identifiers": ["doc://a"]}]
    decoded = decode_page(
        page(
            quizSections=quiz,
            introduction="Some words",
        )
    )
    assert decoded.node.unknown_sections == [
        UnknownPrimarySection(
            name="quizSections",
            content=[
                Paragraph(inline_content=[Text(text="Quiz")]),
                ThematicBreak(),
                Links(items=["doc://a"]),
            ],
        ),
        UnknownPrimarySection(
            name="introduction", content=[Paragraph(inline_content=[Text(text="Some words")])]
        ),
    ]
    assert decoded.unknown_nodes == {"page:quizSections": 1, "page:introduction": 1}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("one two", ["one two"]),
        ("これは文です。", ["これは文です。"]),
        (["one two", "token", "three four"], ["one two", "three four"]),
        ([["Cell one"], ["Cell two", {"text": "three"}]], ["Cell one", "Cell two", "three"]),
        ([[{"type": "paragraph", "inlineContent": [{"type": "text", "text": "a"}]}]], ["a"]),
        ({"rows": {"label": "a", "style": "wide"}}, ["a"]),
        ({"identifiers": ["a1", "b2"]}, []),
        ({"related": ["doc://a"]}, []),
    ],
)
def test_what_is_said_under_an_unknown_key_is_found(value: object, words: list[str]) -> None:
    (found,) = decode_page(page(new=value)).node.unknown_sections or [UnknownPrimarySection()]
    assert found.content == [Paragraph(inline_content=[Text(text=word)]) for word in words]


def test_what_is_said_is_found_below_any_number_of_levels_in_one_look() -> None:
    value: dict[str, Any] = {"items": ["one two"] * 99_999}
    for _ in range(400):
        value = {"part": value}
    (found,) = decode_page(page(new=value)).node.unknown_sections or []
    assert len(found.content) == 99_999


def test_what_is_unknown_under_an_unknown_key_is_counted_too() -> None:
    decoded = decode_page(page(quiz=[{"type": "poll", "title": "Tabs?"}]))
    assert decoded.node.unknown_sections == [
        UnknownPrimarySection(
            name="quiz",
            content=[
                UnknownBlock(name="poll", content=[Paragraph(inline_content=[Text(text="Tabs?")])])
            ],
        )
    ]
    assert decoded.unknown_nodes == {"page:quiz": 1, "block:poll": 1}


def test_a_key_that_is_unknown_and_says_nothing_is_passed_over() -> None:
    decoded = decode_page(page(revision=3, style="wide", links={"a": ["doc://b"]}, text=None))
    assert (decoded.node.unknown_sections, decoded.unknown_nodes) == (None, {})


@pytest.mark.parametrize(
    "value",
    [
        b"1e999",
        b'"\xff"',
        b'["Some words", 1e999]',
        b'{"part":' * 900 + b'"Some words"' + b"}" * 900,
    ],
)
def test_a_key_that_is_unknown_and_cannot_be_read_is_passed_over(value: bytes) -> None:
    data = page(note="x").replace(b'"x"', value)
    decoded = decode_page(data)
    assert (decoded.node.unknown_sections, decoded.unknown_nodes) == (None, {})


def test_keys_that_the_format_has_and_no_page_shows_are_known() -> None:
    decoded = decode_page(
        page(
            schemaVersion={"major": 0, "minor": 3, "patch": 0},
            documentVersion=0,
            legacy_identifier=3401022,
            topicSectionsStyle="detailedGrid",
            legalNotices={"copyright": "Copyright of us"},
        )
    )
    assert (decoded.node.unknown_sections, decoded.unknown_nodes) == (None, {})


def test_a_page_with_an_unknown_key_is_mended_as_any_other() -> None:
    data = page(abstract="not a list", note="Half a \ud83d pair").replace(b"\\\\", b"\\")
    decoded = decode_page(data)
    assert decoded.node.unknown_sections == [
        UnknownPrimarySection(
            name="note", content=[Paragraph(inline_content=[Text(text="Half a \ufffd pair")])]
        )
    ]
    assert decoded.unknown_nodes == {
        "malformed:surrogate": 1,
        "malformed:RenderNode.abstract": 1,
        "inline:string": 1,
        "page:note": 1,
    }


def test_one_bad_field_does_not_lose_its_neighbours() -> None:
    decoded = decode_page(page(hierarchy=True))
    assert (decoded.node.metadata.title, decoded.node.hierarchy) == ("X", None)
    assert decoded.unknown_nodes == {"malformed:RenderNode.hierarchy": 1}


def test_each_misfit_is_counted() -> None:
    poll, heading = {"type": "poll"}, {"type": "heading", "level": "two", "text": "H"}
    parameters = {"kind": "parameters", "parameters": [True, {"name": "a"}, None]}
    blocks = content(poll, heading, None, poll, heading, None)
    sections = [*blocks["primaryContentSections"], parameters]
    decoded = decode_page(page(primaryContentSections=sections))
    assert decoded.unknown_nodes == {
        "block:poll": 2,
        "malformed:Heading.level": 2,
        "malformed:value": 2,
        "malformed:Parameter": 2,
    }
    shown, (_, named) = decoded_content(page(**blocks)), decoded.node.primary_content_sections or []
    assert [type(block) for block in shown] == [UnknownBlock, Heading] * 2
    assert isinstance(named, Parameters)
    assert [parameter.name for parameter in named.parameters] == ["a"]


SAID_JSON = {"type": "paragraph", "inlineContent": [{"type": "text", "text": "Words."}]}
SAID = Paragraph(inline_content=[Text(text="Words.")])


@pytest.mark.parametrize(
    ("lone", "kept"),
    [
        ("Words.", UnknownBlock(name="string", content=[SAID])),
        (5, UnknownBlock(name="number", content=[Paragraph(inline_content=[Text(text="5")])])),
        ([["Words."]], UnknownBlock(name="list", content=[SAID])),
        ([[SAID_JSON], []], SAID),
        (SAID_JSON, SAID),
    ],
)
def test_what_stands_alone_where_a_list_belongs_is_a_list_of_one(lone: object, kept: Block) -> None:
    (aside,) = decoded_content(page(**content({"type": "aside", "content": lone})))
    assert aside == Aside(content=[kept])


def test_the_cells_of_a_table_stay_in_their_columns_whatever_they_are() -> None:
    rows = [["Words.", [SAID_JSON], None, 30, True]]
    (table,) = decoded_content(page(**content({"type": "table", "rows": rows})))
    assert isinstance(table, Table)
    assert [[type(block) for block in cell] for (row,) in [table.rows] for cell in row] == [
        [UnknownBlock],
        [Paragraph],
        [],
        [UnknownBlock],
        [],
    ]


def test_what_stands_for_an_object_is_its_content_or_else_its_name() -> None:
    items = {"type": "unorderedList", "items": ["Words.", [SAID_JSON], True]}
    parameters = [{"name": {}, "content": SAID_JSON}, "a", [SAID_JSON]]
    data = page(
        primaryContentSections=[
            *content(items)["primaryContentSections"],
            {"kind": "parameters", "parameters": parameters},
        ]
    )
    found, named = decode_page(data).node.primary_content_sections or []
    assert isinstance(found, Content)
    assert isinstance(named, Parameters)
    assert found.content == [
        UnorderedList(
            items=[
                ListItem(content=[UnknownBlock(name="string", content=[SAID])]),
                ListItem(content=[SAID]),
            ]
        )
    ]
    assert named.parameters == [
        Parameter(content=[SAID]),
        Parameter(name="a"),
        Parameter(content=[SAID]),
    ]


def test_a_string_for_an_object_that_may_have_a_name_or_a_title_is_that() -> None:
    image = {"type": "image", "identifier": "a", "metadata": "Words."}
    metadata = {"title": "Kit", "platforms": ["iOS 14"]}
    decoded = decode_page(page(topicSections=["Words."], abstract=[image], metadata=metadata))
    assert decoded.node.topic_sections == [TopicGroup(title="Words.")]
    assert decoded.node.metadata.platforms == [Availability(name="iOS 14")]
    captioned = Image(identifier="a", metadata=ContentMetadata(title="Words."))
    assert decoded.node.abstract == [captioned]
    assert decoded.unknown_nodes == {
        "malformed:Availability": 1,
        "malformed:Image.metadata": 1,
        "malformed:TopicGroup": 1,
    }


def test_lists_within_lists_lose_nothing_that_stands_alone_in_them() -> None:
    """Strings where identifiers, lines or names belong, and fragments, as if without brackets."""
    tokens = [["let", {"kind": "text", "text": " x"}], [[": Int"]]]
    links = {"type": "links", "items": [["doc://a", ["doc://b"]], "doc://c"]}
    listing = {"type": "codeListing", "code": [["a", "b"], "c"]}
    declared, said, mentioned = (
        decode_page(
            page(
                primaryContentSections=[
                    {"kind": "declarations", "declarations": [{"tokens": tokens}]},
                    *content(links, listing)["primaryContentSections"],
                    {"kind": "mentions", "mentions": [["doc://a"]]},
                ]
            )
        ).node.primary_content_sections
        or []
    )
    assert isinstance(declared, Declarations)
    assert [token.text for token in declared.declarations[0].tokens] == ["let", " x", ": Int"]
    assert isinstance(said, Content)
    assert said.content == [
        Links(items=["doc://a", "doc://b", "doc://c"]),
        CodeListing(code=["a", "b", "c"]),
    ]
    assert mentioned == Mentions(mentions=["doc://a"])


def test_objects_within_brackets_are_as_if_those_were_not_there() -> None:
    declarations = {"kind": "declarations", "declarations": [{"tokens": ["let x"]}]}
    task = {"title": "T", "contentSection": [], "stepsSection": []}
    decoded = decode_page(
        page(
            primaryContentSections=[[declarations, [{"kind": "mentions", "mentions": ["a"]}]], []],
            sections=[[{"kind": "tasks", "tasks": [task]}]],
            abstract=[[{"type": "text", "text": "A"}, {"type": "codeVoice", "code": "b"}]],
        )
    )
    declared, mentioned = decoded.node.primary_content_sections or []
    assert isinstance(declared, Declarations)
    assert mentioned == Mentions(mentions=["a"])
    assert [section.__struct_config__.tag for section in decoded.node.sections or []] == ["tasks"]
    assert decoded.node.abstract == [Text(text="A"), CodeVoice(code="b")]
    assert decoded.unknown_nodes == {
        "primarysection:list": 3,
        "section:list": 1,
        "inline:list": 1,
        "malformed:Fragment": 1,
    }


def test_strings_within_brackets_are_the_string_that_belongs_there() -> None:
    texts = {"type": "paragraph", "inlineContent": [{"type": "text", "text": [["a"], None, "b"]}]}
    named = {"type": "paragraph", "inlineContent": [{"type": "reference", "identifier": ["x"]}]}
    silent = {"type": "paragraph", "inlineContent": [{"type": "text", "text": [None, 5]}]}
    decoded = decode_page(page(metadata={"title": ["A"]}, **content(texts, named, silent)))
    assert decoded.node.metadata.title == "A"
    assert decoded_content(page(**content(texts, named, silent))) == [
        Paragraph(inline_content=[Text(text="a b")]),
        Paragraph(inline_content=[ReferenceLink(identifier="x")]),
        Paragraph(inline_content=[Text(text="")]),
    ]
    assert decoded.unknown_nodes == {
        "malformed:Metadata.title": 1,
        "malformed:Text.text": 2,
        "malformed:ReferenceLink.identifier": 1,
    }


def test_lists_within_lists_are_counted_each() -> None:
    groups = [{"identifiers": [["doc://a", ["doc://b"]], "doc://c", [None]]}]
    decoded = decode_page(page(topicSections=groups))
    (group,) = decoded.node.topic_sections or []
    assert group.identifiers == ["doc://a", "doc://b", "doc://c"]
    assert decoded.unknown_nodes == {"malformed:value": 4}


def test_single_words_in_lists_within_content_are_words() -> None:
    blocks = decoded_content(page(**content(["Word", ["deep"]])))
    assert blocks == [
        UnknownBlock(
            name="list",
            content=[
                Paragraph(inline_content=[Text(text="Word")]),
                Paragraph(inline_content=[Text(text="deep")]),
            ],
        )
    ]
    node = decode_page(page(abstract=[["Word", [["deep"], {"type": "text", "text": "er"}]]])).node
    assert node.abstract == [
        UnknownInline(
            name="list",
            inline_content=[Text(text=" Word "), Text(text=" deep "), Text(text="er")],
        )
    ]


def test_one_line_of_code_is_a_line_of_code() -> None:
    (listing,) = decoded_content(page(**content({"type": "codeListing", "code": "let x = 1"})))
    assert listing == CodeListing(code=["let x = 1"])
    data = page(**content({"type": "codeListing", "code": "let x = 1"}))
    assert decode_page(data).unknown_nodes == {"malformed:CodeListing.code": 1}


@pytest.mark.parametrize("declared", ["func eat()", ["func eat()"], [["func eat()"]]])
def test_words_where_a_declaration_belongs_are_that_declaration(declared: object) -> None:
    section = {"kind": "declarations", "declarations": declared}
    node = decode_page(page(primaryContentSections=[section])).node
    (declarations,) = node.primary_content_sections or []
    assert isinstance(declarations, Declarations)
    assert [one.tokens for one in declarations.declarations] == [[Fragment(text="func eat()")]]


def test_words_where_an_object_belongs_are_kept_and_counted() -> None:
    data = page(abstract=["Hi"], **content("Words"))
    assert decode_page(data).node.abstract == [UnknownInline(name="string", text="Hi")]
    words = Paragraph(inline_content=[Text(text="Words")])
    assert decoded_content(data) == [UnknownBlock(name="string", content=[words])]
    assert decode_page(data).unknown_nodes == {"inline:string": 1, "block:string": 1}


def test_a_misfit_in_an_object_does_not_lose_its_neighbours() -> None:
    change = {"change": "added", "platform": "iOS", "versions": ["1", "2"]}
    metadata = {"title": "X", "customMetadata": {"a": "x", "b": [], "c": 5, "d": {}}}
    decoded = decode_page(page(metadata=metadata, diffAvailability={"a": change, "b": 5, "c": []}))
    assert decoded.node.metadata.custom_metadata == {"a": "x", "c": "5"}
    changes = decoded.node.diff_availability or {}
    assert {name: change.platform for name, change in changes.items()} == {"a": "iOS"}
    assert decoded.unknown_nodes == {"malformed:value": 2, "malformed:VersionChange": 2}


@pytest.mark.parametrize("value", [[], "x", 5])
def test_what_is_no_object_where_one_belongs_is_left_out(value: object) -> None:
    decoded = decode_page(page(diffAvailability=value, hierarchy=value))
    assert (decoded.node.diff_availability, decoded.node.hierarchy) == (None, None)
    assert decoded.unknown_nodes == {
        "malformed:RenderNode.diffAvailability": 1,
        "malformed:RenderNode.hierarchy": 1,
    }


def test_what_may_be_of_two_types_is_either_in_the_second_look_too() -> None:
    tokens = [{"kind": "text", "text": "1"}]
    declared = {"declarations": [{"platforms": [None, "iOS"], "tokens": tokens}]}
    allowed = {"attributes": [{"kind": "allowedValues", "values": ["a", tokens]}]}
    sections = [{"kind": "declarations", **declared}, {"kind": "attributes", **allowed}]
    decoded = decode_page(page(abstract=[{"type": "emoji"}], primaryContentSections=sections))
    assert decoded.unknown_nodes == {"inline:emoji": 1}
    declarations, attributes = decoded.node.primary_content_sections or []
    assert isinstance(declarations, Declarations)
    assert isinstance(attributes, Attributes)
    assert declarations.declarations[0].platforms == [None, "iOS"]
    (values,) = [attribute.values for attribute in attributes.attributes or []]
    assert values == ["a", [Fragment(text="1")]]


@pytest.mark.parametrize("identifier", [{}, {"identifier": {}}])
def test_what_lacks_its_identifier_is_fitted_once_however_deep_it_lies(
    identifier: dict[str, Any],
) -> None:
    node: dict[str, Any] = {"type": "text", "text": "x"}
    for _ in range(12):
        node = {"type": "reference", "overridingTitleInlineContent": [node], **identifier}
    decoded = decode_page(page(abstract=[node]))
    assert decoded.unknown_nodes["malformed:ReferenceLink"] == 12
    (found,) = decoded.node.abstract or []
    while isinstance(found, UnknownInline):
        (found,) = found.inline_content
    assert found == Text(text="x")


def scalars_alone(type_: object) -> bool:
    """Whether no value of the type can hold another one."""
    info = inspect.type_info(type_)
    members = info.types if isinstance(info, inspect.UnionType) else (info,)
    return all(isinstance(one, inspect.StrType | inspect.IntType) for one in members)


@pytest.mark.parametrize("union", [Block, Inline, Layout, PrimarySection, Reference, Section])
def test_what_a_node_of_a_known_type_must_have_holds_nothing_deep(union: object) -> None:
    """So that salvage can give up a node before it goes down."""
    for struct in get_args(union):
        for field in msgspec.structs.fields(struct):
            assert not field.required or scalars_alone(field.type), (struct, field.name)


def test_references_stay_the_texts_that_they_are() -> None:
    reference = {"type": "topic", "title": "A", "url": "/a"}
    text = decode_page(page(references={"a": reference})).node.references["a"]
    assert json.loads(bytes(text)) == reference


def test_numbers_where_text_belongs_read_as_their_digits() -> None:
    data = page(primaryContentSections=[{"kind": "parameters", "parameters": [{"name": 5}]}])
    (section,) = decode_page(data).node.primary_content_sections or []
    assert isinstance(section, Parameters)
    assert section.parameters[0].name == "5"


@pytest.mark.parametrize(
    ("level", "read", "misfits"),
    [
        (3.0, 3, {}),
        (3.5, 2, {"malformed:Heading.level": 1}),
        (True, 2, {"malformed:Heading.level": 1}),
    ],
)
def test_whole_numbers_are_read_however_they_are_written(
    level: object, read: int, misfits: dict[str, int]
) -> None:
    data = page(**content({"type": "poll"}, {"type": "heading", "level": level, "text": "H"}))
    assert decoded_content(data)[1] == Heading(text="H", level=read)
    assert decode_page(data).unknown_nodes == {"block:poll": 1, **misfits}


def test_yes_and_no_are_no_words() -> None:
    decoded = decode_page(page(abstract=[{"type": "text", "text": True}]))
    assert decoded.node.abstract == [Text(text="")]
    assert decoded.unknown_nodes == {"malformed:Text.text": 1}


def test_a_block_tagged_by_kind_as_the_published_schema_has_it_is_known() -> None:
    data = page(**content({"kind": "row", "numberOfColumns": 1, "columns": []}))
    assert decode_page(data).unknown_nodes == {}
    assert type(decoded_content(data)[0]).__name__ == "Row"


def test_a_section_is_known_by_its_kind_and_without_one_by_its_type() -> None:
    blocks = [{"type": "thematicBreak"}]
    sections = [
        {"kind": "content", "type": "section", "content": blocks},
        {"type": "content", "content": blocks},
        {"type": "quiz", "content": blocks},
    ]
    decoded = decode_page(page(primaryContentSections=sections))
    kinds = [type(section) for section in decoded.node.primary_content_sections or []]
    assert kinds == [Content, Content, UnknownPrimarySection]
    assert decoded.unknown_nodes == {"primarysection:quiz": 1}
