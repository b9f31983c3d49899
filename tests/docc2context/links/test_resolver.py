import msgspec
import pytest

from docc2context.links.paths import output_paths
from docc2context.links.resolver import PageResolver
from docc2context.links.site import Site
from docc2context.markdown.slug import LONGEST_LINKED
from docc2context.model.counts import new_counts
from docc2context.model.reference import (
    ImageReference,
    LinkReference,
    SectionReference,
    TopicReference,
    UnresolvableReference,
)
from docc2context.render.budget import Budget
from docc2context.render.context import Context

SITE = Site(output_paths(["data/documentation/kit.json", "data/documentation/kit/a.json"]))
REFERENCES = {
    "doc://x/kit/A": TopicReference(url="/documentation/kit/a", title="A"),
    "doc://x/kit#Use": SectionReference(url="/documentation/kit#Use-it", title="Use it!"),
    "doc://x/kit/A#B": SectionReference(url="/documentation/kit/a#B-c", title="B (c)"),
    "doc://x/kit/A#C": TopicReference(
        url="/documentation/kit/a#C-D", title="C - D", kind="section"
    ),
    "doc://x/kit/A#E": TopicReference(url="/documentation/kit/a#E-F", title="Else", kind="article"),
    "here": SectionReference(url="#Use-it", title="Use it!"),
    "bare": SectionReference(url="/documentation/kit/a#", title="B (c)"),
    "web": LinkReference(url="https://example.com/(x)"),
    "script": LinkReference(url="javascript:alert(1)"),
    "elsewhere": TopicReference(url="/documentation/other", title="Other"),
    "Sendable": UnresolvableReference(title="Swift.Sendable"),
    "pic": ImageReference(),
}
TEXTS = {name: msgspec.Raw(msgspec.json.encode(node)) for name, node in REFERENCES.items()}


def resolver() -> PageResolver:
    return PageResolver(SITE, "documentation/kit.md", TEXTS)


def to(links: PageResolver, identifier: str) -> str | None:
    return links.destination(identifier, links.describe(identifier))


@pytest.mark.parametrize(
    ("identifier", "destination"),
    [
        ("doc://x/kit/A", "kit/a.md"),
        ("doc://x/kit/A#B", "kit/a.md#b-c"),
        ("doc://x/kit/A#C", "kit/a.md#c---d"),
        ("doc://x/kit/A#E", "kit/a.md#e-f"),
        ("#Use-it", "#\0Use-it\0"),
        ("#Use\0-it", "#\0Use-it\0"),
        ("here", "#\0Use-it\0"),
        ("bare", "kit/a.md"),
        ("web", "https://example.com/%28x%29"),
        ("script", None),
        ("elsewhere", None),
        ("Sendable", None),
        ("pic", None),
        ("doc://x/documentation/Kit/A", "kit/a.md"),
        ("doc://x/documentation/Missing", None),
        ("https://example.com", "https://example.com"),
        ("file:///etc/passwd", None),
    ],
)
def test_an_identifier_leads_into_the_bundle_or_the_web_or_nowhere(
    identifier: str, destination: str | None
) -> None:
    assert to(resolver(), identifier) == destination


def test_a_link_to_an_own_heading_gets_the_fragment_that_the_heading_has() -> None:
    links = resolver()
    marked = f"[x]({to(links, 'doc://x/kit#Use')})"
    assert links.fill_own_links(marked, {"Use-it": "use-it-1"}) == "[x](#use-it-1)"


def test_the_declaration_of_a_symbol_is_made_once_for_a_page() -> None:
    text = msgspec.Raw(b'{"fragments": [{"text": "func "}, 5, {"text": "eat()"}]}')
    links = PageResolver(SITE, "kit.md", {"eat": text})
    assert links.declaration("eat") == "func eat()"
    assert links.declaration("eat") is links.declaration("eat")
    assert links.declaration("unknown") == ""


def test_an_own_heading_of_a_thousand_letters_is_linked_and_a_longer_one_is_not() -> None:
    links = resolver()
    ctx = Context(links, Budget(10_000, 0), new_counts())
    for letter, length in (("a", LONGEST_LINKED), ("b", LONGEST_LINKED + 1)):
        ctx.heading(2, letter * length, letter)
    marked = f"[x]({to(links, '#a')}) [x]({to(links, '#b')})"
    assert (
        links.fill_own_links(marked, ctx.headings.anchors)
        == f"[x](#{'a' * LONGEST_LINKED}) [x](kit.md)"
    )


def test_a_link_to_an_own_heading_that_is_not_there_leads_to_the_page() -> None:
    links = resolver()
    marked = f"[x]({to(links, 'doc://x/kit#Use')})"
    assert links.fill_own_links(marked, {}) == "[x](kit.md)"
