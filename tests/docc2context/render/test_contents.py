import tracemalloc
from typing import Any

import pytest

from docc2context.links.resolver import PageResolver
from docc2context.links.site import Site
from docc2context.model.counts import new_counts
from docc2context.model.decode import decode_page
from docc2context.model.page import RenderNode
from docc2context.model.variants import Variant
from docc2context.render.budget import Budget
from docc2context.render.contents import curated, is_inherited, listed_pages, summary
from docc2context.render.context import Context
from tests.docc2context.archives import page


def decoded(**keys: Any) -> RenderNode:
    return decode_page(page("Kit", **keys)).node


def context() -> Context:
    links = PageResolver(Site({}), "documentation/kit.md", {})
    return Context(links, Budget(1000, 0), new_counts())


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def hero(*content: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"kind": "hero", "title": "Kit", "content": list(content)}]


PARAGRAPH = {"type": "paragraph", "inlineContent": [text("Feed a sloth. ")]}
LINK = {"type": "reference", "identifier": "https://example.com", "overridingTitle": "Sloths"}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, ""),
        ({"abstract": [text(" Slow. ")]}, "Slow."),
        ({"abstract": [text("See "), LINK]}, "See Sloths"),
        ({"sections": hero(PARAGRAPH)}, "Feed a sloth."),
        ({"sections": hero(PARAGRAPH), "abstract": [text("Slow.")]}, "Slow."),
        ({"sections": hero({"type": "thematicBreak"}, PARAGRAPH)}, ""),
        ({"sections": [{"kind": "callToAction"}, *hero(PARAGRAPH)]}, ""),
    ],
)
def test_a_page_is_summed_up_by_its_abstract_or_else_by_the_first_words_of_a_tutorial(
    keys: dict[str, Any], words: str
) -> None:
    assert summary(decoded(**keys), context()) == words


def test_an_abstract_that_is_the_same_in_any_file_is_taken_as_it_was_rendered() -> None:
    ctx = context()
    ctx.abstract = " Slow. "
    assert summary(decoded(abstract=[text("Never rendered again.")]), ctx) == "Slow."


def test_what_a_page_lists_are_its_topics_and_then_its_chapters_in_order() -> None:
    volumes = [
        {"kind": "volume", "chapters": [{"tutorials": ["d", "e"]}, {"tutorials": ["f"]}]},
        {"kind": "resources", "tiles": []},
        {"kind": "volume", "chapters": [{"tutorials": ["g"]}]},
    ]
    topics = [{"identifiers": ["c", "b"]}, {"identifiers": ["a"]}]
    assert [*curated(decoded(sections=volumes, topicSections=topics))] == list("cbadefg")
    assert [*curated(decoded())] == []


def test_a_page_listed_over_and_over_in_each_language_takes_no_memory() -> None:
    node, links = decoded(topicSections=[{"identifiers": ["a"] * 100_000}]), context().links
    others = [Variant(language, node, {}) for language in ("occ", "data", "c", "d")]
    tracemalloc.start()
    try:
        assert listed_pages(node, others, links) == ()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000


GENERATED = {"identifiers": ["a"], "generated": True}
WRITTEN = {"identifiers": ["b"]}
OF_A_TYPE = "s:SYNTHESIZED"
FROM_ELSEWHERE = "s:SQsE2neoiySbx_xtFZ::SYNTHESIZED::s:3Kit5SlothV"


@pytest.mark.parametrize(
    ("role", "usr", "groups", "inherited"),
    [
        ("symbol", FROM_ELSEWHERE, [], True),
        ("symbol", OF_A_TYPE, [GENERATED], False),
        ("symbol", None, [], False),
        ("collectionGroup", None, [GENERATED, GENERATED], True),
        ("collectionGroup", None, [GENERATED, WRITTEN], False),
        ("collectionGroup", FROM_ELSEWHERE, [WRITTEN], False),
        ("collectionGroup", FROM_ELSEWHERE, [], False),
    ],
)
def test_a_page_is_inherited_by_its_usr_or_as_a_group_that_no_author_wrote(
    role: str, usr: str | None, groups: list[dict[str, Any]], *, inherited: bool
) -> None:
    metadata = {"title": "Kit", "role": role, "externalID": usr}
    assert is_inherited(decoded(metadata=metadata, topicSections=groups)) is inherited
