from collections.abc import Mapping
from typing import Any

import pytest

from docc2context.links.references import References
from docc2context.model.block import Paragraph, UnknownBlock
from docc2context.model.counts import Counts
from docc2context.model.decode import decode_page
from docc2context.model.inline import ReferenceLink, Text
from docc2context.model.page import RenderNode, TopicGroup
from docc2context.model.patch import ReferenceText
from docc2context.model.reference import TopicReference
from docc2context.model.sections import Declaration, Declarations
from docc2context.model.symbol import Fragment
from docc2context.model.variants import MAX_LANGUAGES, Language
from tests.docc2context.archives import page, topic


def patched(*operations: dict[str, Any], **keys: Any) -> tuple[RenderNode, Counts]:
    """A page's Objective-C self, and what could not be applied."""
    overrides = [{"traits": [{"interfaceLanguage": "occ"}], "patch": list(operations)}]
    decoded = decode_page(page("Kit", variantOverrides=overrides, **keys))
    (other,) = decoded.others
    assert other.language == "occ"
    return other.node, decoded.unknown_nodes


def title(identifier: str, references: Mapping[str, ReferenceText]) -> str:
    reference = References(lambda _: None).read(references[identifier]).reference
    assert isinstance(reference, TopicReference)
    return reference.title


def test_replaced_added_and_removed_members_differ_and_the_page_itself_does_not() -> None:
    overrides = [
        {
            "traits": [{"interfaceLanguage": "occ"}],
            "patch": [
                {"op": "replace", "path": "/metadata/title", "value": "KITKit"},
                {"op": "add", "path": "/metadata/roleHeading", "value": "Class"},
                {"op": "remove", "path": "/topicSections"},
                {"op": "replace", "path": "/references/doc:~1~1b/title", "value": "KITB"},
            ],
        }
    ]
    decoded = decode_page(
        page(
            "Kit",
            topicSections=[{"identifiers": ["doc://b"]}],
            references={"doc://b": topic("/b", "B")},
            variantOverrides=overrides,
        )
    )
    other, references = decoded.others[0].node, decoded.others[0].references
    assert (other.metadata.title, other.metadata.role_heading) == ("KITKit", "Class")
    assert other.topic_sections is None
    assert title("doc://b", references) == "KITB"
    own = decoded.node
    assert (own.metadata.title, own.metadata.role_heading) == ("Kit", None)
    assert own.topic_sections is not None
    assert title("doc://b", own.references) == "B"


@pytest.mark.parametrize(
    ("name", "token"),
    [("doc://a~b~1", "doc:~1~1a~0b~01"), ("doc://b", "doc:~1~1b"), ("b", "b")],
)
def test_names_with_slashes_and_tildes_are_found_by_their_escapes(name: str, token: str) -> None:
    patch = [
        {"op": "replace", "path": "/metadata/title", "value": "KITKit"},
        {"op": "replace", "path": f"/references/{token}/title", "value": "KITB"},
    ]
    decoded = decode_page(
        page(
            "Kit",
            references={name: topic("/b", "B")},
            variantOverrides=[{"traits": [{"interfaceLanguage": "occ"}], "patch": patch}],
        )
    )
    assert title(name, decoded.others[0].references) == "KITB"


@pytest.mark.parametrize(
    ("op", "path", "texts"),
    [
        ("add", "/abstract/0", ["new", "a", "b"]),
        ("add", "/abstract/-", ["a", "b", "new"]),
        ("replace", "/abstract/1", ["a", "new"]),
        ("remove", "/abstract/0", ["b"]),
    ],
)
def test_lists_are_patched_as_rfc_6902_says(op: str, path: str, texts: list[str]) -> None:
    abstract = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    value = {"type": "text", "text": "new"}
    node, unknown = patched({"op": op, "path": path, "value": value}, abstract=abstract)
    assert [inline.text for inline in node.abstract or []] == texts  # type: ignore[union-attr]  # all are texts
    assert not unknown


@pytest.mark.parametrize(
    ("op", "place", "left", "faults"),
    [
        ("add", 0, 10_001, 1),
        ("add", 1, 10_002, 0),
        ("remove", 0, 10_001, 1),
        ("remove", 1, 10_000, 0),
    ],
)
def test_an_operation_that_moves_very_many_items_is_counted_and_left_out(
    op: str, place: int, left: int, faults: int
) -> None:
    operation = {"op": op, "path": f"/hierarchy/paths/{place}", "value": []}
    node, unknown = patched(operation, hierarchy={"paths": [["doc://a"]] * 10_001})
    assert node.hierarchy is not None
    assert len(node.hierarchy.paths) == left
    assert unknown["malformed:variantOverrides"] == faults


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/abstract/9", "value": {"type": "text", "text": "x"}},
        {"op": "add", "path": f"/abstract/{10**20}", "value": {"type": "text", "text": "x"}},
        {"op": "add", "path": f"/abstract/{'9' * 5000}", "value": {"type": "text", "text": "x"}},
        {"op": "replace", "path": "/abstract/-1", "value": {"type": "text", "text": "x"}},
        {"op": "remove", "path": "/abstract/-1"},
        {"op": "add", "path": "/abstract/+0", "value": {"type": "text", "text": "x"}},
        {"op": "replace", "path": "/metadata/title", "value": []},
        {"op": "replace", "path": "/abstract", "value": "x"},
        {"op": "replace", "path": "/references/no/title", "value": "x"},
        {"op": "replace", "path": "/metadata/title/deeper", "value": "x"},
        {"op": "copy", "path": "/metadata/title", "from": "/kind"},
        {"op": "replace", "path": "", "value": {}},
    ],
)
def test_what_cannot_be_applied_is_counted_and_the_rest_is(
    operation: dict[str, Any],
) -> None:
    sound = {"op": "replace", "path": "/metadata/roleHeading", "value": "Class"}
    node, unknown = patched(operation, sound, abstract=[{"type": "text", "text": "a"}])
    assert node.metadata.role_heading == "Class"
    assert [inline.text for inline in node.abstract or []] == ["a"]  # type: ignore[union-attr]  # all are texts
    assert unknown == {"malformed:variantOverrides": 1}


def test_what_fits_of_a_value_is_kept_and_the_rest_counted() -> None:
    said = {"type": "paragraph", "inlineContent": [{"type": "text", "text": "Said."}]}
    poll = {"type": "poll", "title": "Tabs?"}
    declared = {"kind": "declarations", "declarations": [{"tokens": "Said."}]}
    node, unknown = patched(
        {"op": "replace", "path": "/deprecationSummary", "value": [poll, said]},
        {"op": "add", "path": "/deprecationSummary/0", "value": poll},
        {"op": "add", "path": "/primaryContentSections/-", "value": declared},
        {"op": "replace", "path": "/metadata/title", "value": 5},
        primaryContentSections=[],
    )
    asked = UnknownBlock(name="poll", content=[Paragraph(inline_content=[Text(text="Tabs?")])])
    told = Paragraph(inline_content=[Text(text="Said.")])
    assert node.deprecation_summary == [asked, asked, told]
    assert node.primary_content_sections == [
        Declarations(declarations=[Declaration(tokens=[Fragment(text="Said.")])])
    ]
    assert node.metadata.title == "5"
    assert unknown == {
        "block:poll": 2,
        "malformed:Declaration.tokens": 1,
        "malformed:Fragment": 1,
    }


def test_patches_together_may_hold_as_much_that_fits_nowhere_as_a_page() -> None:
    unfit = [{"type": "poll", "title": ["a"] * 60_000}]
    node, unknown = patched(
        {"op": "replace", "path": "/deprecationSummary", "value": unfit},
        {"op": "add", "path": "/deprecationSummary/0", "value": unfit[0]},
        TITLED,
    )
    assert [block.name for block in node.deprecation_summary or []] == ["poll"]  # type: ignore[union-attr]  # it is unknown
    assert node.metadata.title == "KITKit"
    assert unknown == {"block:poll": 2, "malformed:variantOverrides": 1}


@pytest.mark.parametrize(
    "path", ["/hierarchy", "/metadata/fragments", "/metadata/fragments/0/text"]
)
def test_what_no_page_shows_is_passed_over(path: str) -> None:
    _, unknown = patched({"op": "replace", "path": path, "value": {"paths": []}})
    assert not unknown


@pytest.mark.parametrize(
    ("language", "shown"),
    [("all", ("Kit", "B", 1)), ("swift", ("Kit", "B", 0)), ("occ", ("KITKit", "KITB", 0))],
)
def test_one_language_shows_the_page_as_it_is_in_it(
    language: Language, shown: tuple[str, str, int]
) -> None:
    overrides = [
        {
            "traits": [{"interfaceLanguage": "occ"}],
            "patch": [
                {"op": "replace", "path": "/metadata/title", "value": "KITKit"},
                {"op": "replace", "path": "/references/doc:~1~1b/title", "value": "KITB"},
            ],
        }
    ]
    references = {"doc://b": topic("/b", "B")}
    decoded = decode_page(page("Kit", references=references, variantOverrides=overrides), language)
    named = title("doc://b", decoded.references)
    assert (decoded.node.metadata.title, named, len(decoded.others)) == shown


TITLED = {"op": "replace", "path": "/metadata/title", "value": "KITKit"}
RENAMED = {"op": "replace", "path": "/references/doc:~1~1b/title", "value": "KITB"}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/references/doc:~1~1b", "value": topic("/b", "Whole")},
        {"op": "replace", "path": "/references", "value": {"doc://b": topic("/b", "Whole")}},
    ],
)
def test_what_replaces_a_reference_is_patched_only_by_what_follows(
    operation: dict[str, Any],
) -> None:
    def named(*patch: dict[str, Any]) -> str:
        references = {"doc://b": topic("/b", "B")}
        overrides = [{"traits": [{"interfaceLanguage": "occ"}], "patch": [TITLED, *patch]}]
        decoded = decode_page(page("Kit", references=references, variantOverrides=overrides))
        return title("doc://b", decoded.others[0].references)

    assert (named(RENAMED), named(RENAMED, operation)) == ("KITB", "Whole")
    assert named(operation, RENAMED) == "KITB"


def test_the_values_of_patches_survive_the_second_look() -> None:
    broken = [{"type": "confetti"}]
    operation = {"op": "replace", "path": "/metadata/title", "value": "KITKit"}
    node, unknown = patched(operation, abstract=broken)
    assert node.metadata.title == "KITKit"
    assert unknown == {"inline:confetti": 1}


def override(*languages: str, **titles: str) -> dict[str, Any]:
    """An override for languages that gives texts to members of a page's metadata."""
    patch = [
        {"op": "add", "path": f"/metadata/{name}", "value": title} for name, title in titles.items()
    ]
    return {"traits": [{"interfaceLanguage": one} for one in languages], "patch": patch}


def test_all_that_is_written_for_a_language_is_applied_in_order() -> None:
    overrides = [
        override("occ", title="First", roleHeading="Class"),
        override("data", roleHeading="Table"),
        override("occ", title="Second"),
    ]
    decoded = decode_page(page("Kit", variantOverrides=overrides))
    shown = [
        (other.language, other.node.metadata.title, other.node.metadata.role_heading)
        for other in decoded.others
    ]
    assert shown == [("occ", "Second", "Class"), ("data", "Kit", "Table")]
    assert decoded.unknown_nodes == {}


def test_what_only_renames_is_applied_beside_what_makes_a_variant() -> None:
    renaming = {"traits": [{"interfaceLanguage": "occ"}], "patch": [RENAMED]}
    references = {"doc://b": topic("/b", "B")}
    overrides = [renaming, override("occ", title="KITKit")]
    decoded = decode_page(page("Kit", references=references, variantOverrides=overrides))
    assert title("doc://b", decoded.others[0].references) == "KITB"
    alone = decode_page(page("Kit", references=references, variantOverrides=[renaming]))
    assert (alone.others, alone.unknown_nodes) == ([], {})


def test_a_language_that_an_override_names_often_is_made_once() -> None:
    """And what cannot be applied is counted once."""
    unfit = {"op": "add", "path": "/metadata/title", "value": []}
    often = override(*["occ"] * 1000)
    often["patch"] = [unfit, TITLED]
    decoded = decode_page(page("Kit", variantOverrides=[often]))
    assert [other.language for other in decoded.others] == ["occ"]
    assert decoded.unknown_nodes == {"malformed:variantOverrides": 1}
    after = decode_page(page("Kit", variantOverrides=[override("occ", role="x"), often, often]))
    assert after.unknown_nodes == {"malformed:variantOverrides": 2}


def test_a_language_that_is_only_renamed_does_not_end_those_that_follow() -> None:
    renaming = {"traits": [{"interfaceLanguage": "data"}], "patch": [RENAMED]}
    decoded = decode_page(page("Kit", variantOverrides=[renaming, override("occ", title="K")]))
    assert [other.language for other in decoded.others] == ["occ"]


@pytest.mark.parametrize("trait", [{"platform": "ios"}, {"interfaceLanguage": ""}])
def test_an_override_for_no_language_is_counted_and_shown_nowhere(trait: dict[str, str]) -> None:
    unnamed = {"traits": [trait], "patch": [TITLED]}
    decoded = decode_page(page("Kit", variantOverrides=[unnamed]))
    assert (decoded.others, decoded.node.metadata.title) == ([], "Kit")
    assert decoded.unknown_nodes == {"malformed:variantOverrides": 1}


@pytest.mark.parametrize("language", ["occ", "swift"])
def test_what_one_language_lost_is_counted_and_the_size_is_that_of_the_page(
    language: Language,
) -> None:
    data = page("Kit", abstract=[{"type": "emoji"}], variantOverrides=[override("occ", title="K")])
    decoded = decode_page(data, language)
    assert (decoded.unknown_nodes, decoded.size) == ({"inline:emoji": 1}, len(data))


def test_overrides_for_too_many_languages_or_for_none_are_counted() -> None:
    named = [override(f"l{number}", title="Other") for number in range(MAX_LANGUAGES + 2)]
    unnamed = {**override(title="Other"), "traits": [{"platform": "ios"}]}
    decoded = decode_page(page("Kit", variantOverrides=[*named, unnamed]))
    assert [other.language for other in decoded.others] == ["l0", "l1", "l2", "l3"]
    assert decoded.unknown_nodes == {"malformed:variantOverrides": 3}


def test_what_a_node_must_have_is_not_removed_from_it() -> None:
    mention = {"type": "reference", "identifier": "doc://b"}
    node, unknown = patched({"op": "remove", "path": "/abstract/0/identifier"}, abstract=[mention])
    assert node.abstract == [ReferenceLink(identifier="doc://b")]
    assert unknown == {"malformed:variantOverrides": 1}


def test_a_list_that_is_removed_from_a_node_in_a_list_is_empty() -> None:
    topics = [{"title": "Food", "identifiers": ["doc://b"]}]
    node, unknown = patched(
        {"op": "remove", "path": "/topicSections/0/identifiers"}, topicSections=topics
    )
    assert node.topic_sections == [TopicGroup(title="Food", identifiers=[])]
    assert not unknown


def test_a_patch_of_what_is_unknown_is_counted_and_the_page_keeps_what_it_says() -> None:
    node, unknown = patched(
        {"op": "replace", "path": "/introduction", "value": "Other words"},
        {"op": "add", "path": "/introduction/0", "value": "Other words"},
        {"op": "replace", "path": "/primaryContentSections", "value": []},
        {"op": "replace", "path": "/topicSectionsStyle", "value": "list"},
        introduction="Some words",
    )
    assert [section.name for section in node.unknown_sections or []] == ["introduction"]
    assert unknown == {"page:introduction": 1, "malformed:variantOverrides": 2}
