import msgspec
import pytest

from docc2context.links.resolver import PageResolver
from docc2context.links.site import Site
from docc2context.model.counts import new_counts
from docc2context.model.reference import TopicReference
from docc2context.render.budget import Budget, PageTooLarge
from docc2context.render.context import Context

OLD = msgspec.Raw(msgspec.json.encode(TopicReference(title="Old", deprecated=True)))


def context(max_chars: int = 1000) -> Context:
    links = PageResolver(Site({}), "documentation/kit.md", {"old": OLD})
    return Context(links, Budget(max_chars, 0), new_counts())


def test_another_language_collects_for_the_same_page_and_spends_by_itself() -> None:
    ctx = context()
    ctx.title = "Kit"
    other = ctx.variant("Objective-C", {})
    assert other.title == "Kit"
    assert other.unknown_nodes is ctx.unknown_nodes
    assert other.headings is ctx.headings
    assert other.missing_references is ctx.missing_references
    assert other.edges is ctx.edges
    assert other.counted is ctx.counted
    assert other.lookups is not ctx.lookups
    other.budget.reserve(1000)
    ctx.budget.reserve(1000)


def test_what_is_called_deprecated_is_so_in_all_languages_alike() -> None:
    ctx = context()
    assert ctx.is_called_deprecated("old")
    assert ctx.variant("Objective-C", {}).is_called_deprecated("old")
    assert not context().variant("Objective-C", {}).is_called_deprecated("old")


def test_headings_of_the_second_level_name_the_other_language_at_its_cost() -> None:
    other = context(len(" (Data)")).variant("Data", {})
    assert other.heading(3, "Use") == "### Use"
    assert other.heading(2, "Topics") == "## Topics (Data)"
    with pytest.raises(PageTooLarge):
        other.heading(2, "See Also")


def test_content_is_entered_48_levels_deep_and_again_after_it_was_left() -> None:
    ctx = context()
    assert [ctx.enter() for _ in range(49)] == [True] * 48 + [False]
    assert ctx.unknown_nodes == {"nested_too_deeply": 1}
    ctx.leave()
    assert (ctx.enter(), ctx.enter()) == (True, False)


def test_what_the_text_of_a_link_names_makes_no_edge_and_no_link() -> None:
    ctx = context()
    with ctx.inside_link():
        ctx.mention("a")
        assert ctx.destination("https://example.com", None) is None
    ctx.mention("b")
    ctx.mention("c", "topic")
    with ctx.relating(None):
        ctx.mention("d")
        ctx.mention("e", "see-also")
    assert ctx.edges == [("body", "b"), ("topic", "c"), ("see-also", "e")]
    assert ctx.destination("https://example.com", None) == "https://example.com"
