"""Whatever nodes stand side by side, and wherever, a reader sees their words and no other markup.

Each node is rendered by itself, so what one begins and the next ends is no node's own: `<` in one
and `img>` in another.
"""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import docc2context
from tests.docc2context import oracle
from tests.docc2context.archives import ROOT, archive, page, unzipped
from tests.docc2context.render.fixture_cases import REFERENCES, rendered

OURS = {f"<{slash}{tag}>" for tag in ("em", "strong", "sup", "sub", "del") for slash in ("", "/")}
OURS |= {"<br>", "<!-- -->"}

PIECES = [
    *"<&![]`*_~\\|#-+>:$=a1é?{;",
    *("am", "amp;", "lt;", "#x41;", "b>", "img src=x onerror=alert(1)>", "/b>", "!--", "-->"),
    *("(x)", "](x)", "``", "**", "__", "~~", "\\ ", " ", "  ", "\t", "\u00a0", "1.", "1)", ":x:"),
    *(
        "http://x.y",
        "www.x.y",
        "b c",
        "x_y",
        "\n",
        "a\nb",
        "“",
        "🙂",
        "\u200b",
        "![",
        "[^1]",
        "    ",
    ),
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=3).map("".join)


class Said(NamedTuple):
    """Nodes of the archive, and the words that a reader should see of them."""

    nodes: list[dict[str, Any]]
    words: str


def text(words: str) -> Said:
    return Said([{"type": "text", "text": words}], words)


def code(words: str) -> Said:
    return Said([{"type": "codeVoice", "code": words}], words)


def inside(kind: str, *content: Said) -> Said:
    nodes = [node for said in content for node in said.nodes]
    node = {"type": kind, "inlineContent": nodes}
    return Said([node], "".join(said.words for said in content))


def titled(identifier: str, *content: Said) -> Said:
    """A mention by another title, which is plain words for one node of text."""
    nodes = [node for said in content for node in said.nodes]
    words = "".join(said.words for said in content)
    node: dict[str, Any] = {"type": "reference", "identifier": identifier}
    node["overridingTitle"] = words
    if [said["type"] for said in nodes] != ["text"]:
        node["overridingTitleInlineContent"] = nodes
    return Said([node], words)


def link(destination: str, words: str) -> Said:
    return Said([{"type": "link", "destination": destination, "title": words}], words)


def image(identifier: str) -> Said:
    words = {"sloth.png": "Image: A sloth [asleep] (sloth.png)", "remote.png": ""}[identifier]
    return Said([{"type": "image", "identifier": identifier}], words)


LINKED = "doc://kit/documentation/Kit/Sloth"
UNLINKED = "doc://kit/Sendable"
KINDS = ("emphasis", "strong", "newTerm", "inlineHead", "superscript", "subscript", "strikethrough")
DESTINATIONS = st.sampled_from(["https://e.x/a_b*", "javascript:alert(1)"])
IMAGES = st.sampled_from(["sloth.png", "remote.png"])
Content = st.SearchStrategy[list[Said]]


def leaves(words: st.SearchStrategy[str]) -> st.SearchStrategy[Said]:
    some = words.filter(str.strip)
    plain = st.one_of(
        words.map(text),
        words.map(code),
        st.builds(link, DESTINATIONS, some),
        st.builds(titled, st.sampled_from([LINKED, UNLINKED]), some.map(text)),
        IMAGES.map(image),
    )
    return plain | st.lists(plain, max_size=2).map(lambda content: inside("ofTomorrow", *content))


def grown(inner: st.SearchStrategy[Said]) -> st.SearchStrategy[Said]:
    several = st.lists(inner, max_size=3)
    named = several.filter(lambda content: any(said.words.strip() for said in content))
    return st.one_of(
        st.builds(lambda kind, content: inside(kind, *content), st.sampled_from(KINDS), several),
        named.map(lambda content: titled(UNLINKED, *content)),
    )


def styled(content: Content) -> st.SearchStrategy[Said]:
    return st.builds(lambda kind, said: inside(kind, *said), st.sampled_from(KINDS), content)


def beside(inner: st.SearchStrategy[Said]) -> Content:
    return st.lists(inner, min_size=1, max_size=3)


ANY = st.lists(st.recursive(leaves(TEXT), grown, max_leaves=6), max_size=5)
BEGUN = st.sampled_from(["<", "&", "&am", "!", "\\", "C:\\ ", "`", "a", ""])
ENDED = st.sampled_from(["b>", "/b>", "amp;", "p;", "[", "(x)", "`", "*", " ", "a", "#60;", ""])
CUT_IN_TWO = st.lists(st.one_of(leaves(BEGUN), leaves(ENDED), styled(st.just([]))), max_size=5)
EDGES = st.sampled_from(["a", "(", "?", "_", "*", " ", ""]).map(text)
NESTED = beside(EDGES | styled(beside(EDGES | styled(beside(EDGES | styled(beside(EDGES)))))))
NODES = {"any": ANY, "cut in two": CUT_IN_TWO, "nested": NESTED}


def paragraph(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "paragraph", "inlineContent": nodes}


def cell(nodes: list[dict[str, Any]], header: str) -> dict[str, Any]:
    rows = [[[paragraph(nodes), paragraph(text("b").nodes)]]]
    return {"type": "table", "header": header, "rows": rows}


def item(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "unorderedList", "items": [{"content": [paragraph(nodes)]}]}


def term(nodes: list[dict[str, Any]], definition: list[dict[str, Any]]) -> dict[str, Any]:
    said = {"content": [paragraph(definition)]}
    return {"type": "termList", "items": [{"term": {"inlineContent": nodes}, "definition": said}]}


def aside(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "aside", "style": "note", "content": [paragraph(nodes)]}


def in_cell(block: dict[str, Any]) -> dict[str, Any]:
    return {"type": "table", "header": "none", "rows": [[[block]]]}


PLACES: dict[str, tuple[Callable[[list[dict[str, Any]]], dict[str, Any]], str]] = {
    "paragraph": (paragraph, "{}"),
    "cell": (lambda nodes: cell(nodes, "none"), "{} b"),
    "bold cell": (lambda nodes: cell(nodes, "column"), "{} b"),
    "list item": (item, "{}"),
    "term": (lambda nodes: term(nodes, text("d").nodes), "{}: d"),
    "term in a cell": (lambda nodes: in_cell(term(nodes, text("d").nodes)), "{}: d"),
    "definition": (lambda nodes: term(text("t").nodes, nodes), "t: {}"),
    "aside": (aside, "Note: {}"),
}


def foreign(markdown: str) -> list[str]:
    """The HTML of a text that is none of ours."""
    found = [t.content for t in oracle.inline(markdown) if t.type == "html_inline"]
    found += [t.content.strip() for t in oracle.tokens(markdown) if t.type == "html_block"]
    return [html for html in found if html not in OURS]


def words_of(content: list[Said]) -> str:
    return "".join(said.words for said in content).strip()


SEEN = [
    [text("<"), code(""), text("img src=x onerror=alert(1)>")],
    [text("<"), inside("strong"), text("script>alert(1)<"), inside("strong"), text("/script>")],
    [text("<"), titled(UNLINKED, text("img src=x onerror=alert(1)>"))],
    [text("<"), link("javascript:alert(1)", "img src=x onerror=alert(1)>")],
    [text("&"), inside("emphasis"), text("lt;b>")],
    [text("&"), titled(UNLINKED, text("am")), text("p;")],
    [inside("strong", text("*C:\\ ")), text("and *more*")],
    [text("C:\\ ")],
    [inside("emphasis", inside("strong", inside("emphasis", text("?{")))), text(":")],
    [text("a"), image("sloth.png"), text("b")],
    [inside("strong", text("a"), inside("strong", inside("emphasis", text("b"))), text("c"))],
    [text("!"), titled(LINKED, text("a"))],
    [code("a\\"), titled(UNLINKED, code("b"))],
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("content", SEEN, ids=range(len(SEEN)))
def test_nodes_that_once_made_markup_show_their_words(place: str, content: list[Said]) -> None:
    assert_shown(place, content)


@pytest.mark.parametrize("content", NODES)
@given(st.data(), st.sampled_from(list(PLACES)))
def test_nodes_side_by_side_show_their_words_and_no_more(
    content: str, data: st.DataObject, place: str
) -> None:
    assert_shown(place, data.draw(NODES[content]))


def assert_shown(place: str, content: list[Said]) -> None:
    around, frame = PLACES[place]
    nodes = [node for said in content for node in said.nodes]
    markdown = rendered("blocks", json.dumps([around(nodes)]))
    # A term or a definition that shows nothing has no colon beside the other.
    colon = ":" if place in {"term", "term in a cell", "definition"} else ""
    shown, expected = squeezed(oracle.text(markdown)), squeezed(frame.format(words_of(content)))
    assert shown.strip(colon) == expected.strip(colon)
    assert foreign(markdown) == []


def squeezed(words: str) -> str:
    """Without white space, which folds otherwise at the edges of code and of blocks."""
    return "".join(words.split())


@given(ANY | CUT_IN_TWO)
@example(SEEN[0])
def test_an_abstract_shows_its_words_on_its_page_in_lists_and_in_one_document(
    content: list[Said],
) -> None:
    nodes = [node for said in content for node in said.nodes]
    topic = {"type": "topic", "title": "B", "url": "/documentation/b", "abstract": nodes}
    references = {**REFERENCES, "b": topic}
    topics = [{"title": "T", "identifiers": ["b"]}]
    pages = {
        "kit": page("Kit", abstract=nodes, references=references, topicSections=topics),
        "b": page("B"),
    }
    words = words_of(content)
    told = f": {words}" if words else ""
    for markdown, seen in files(archive(ROOT, **pages), words, told):
        assert foreign(markdown) == []
        assert squeezed(seen) in squeezed(oracle.text(markdown))


def files(data: bytes, words: str, told: str) -> Iterator[tuple[str, str]]:
    """The Markdown that is made of a page with an abstract, and what it should say."""
    bundle, single = io.BytesIO(), io.BytesIO()
    docc2context.convert(data, bundle)
    docc2context.convert(data, single, single=True)
    made = {name: data.decode() for name, data in unzipped(bundle.getvalue()).items()}
    yield oracle.body(made["documentation/kit.md"]), f"Kit{words}TopicsTB{told}"
    yield made["llms.txt"], f"Kit{told}"
    yield oracle.body(single.getvalue().decode()), f"{words}TopicsTB{told}"


LABELS: dict[str, Callable[[str], dict[str, Any]]] = {
    "aside": lambda name: {"type": "aside", "style": "note", "name": name, "content": []},
    "tab": lambda name: {"type": "tabNavigator", "tabs": [{"title": name, "content": []}]},
    "heading": lambda name: {"type": "heading", "level": 2, "text": name.replace("`", "")},
}

AROUND = {"aside": ["blockquote_open"], "tab": ["bullet_list_open", "list_item_open"]}
"""What a label stands in."""


@pytest.mark.parametrize("kind", LABELS)
@given(TEXT.filter(str.strip))
@example("    title")
@example("\tC:\\ ")
@example("F #")
def test_a_label_is_its_words_whatever_white_space_is_around_them(kind: str, name: str) -> None:
    markdown = rendered("blocks", json.dumps([LABELS[kind](name)]))
    words = name.replace("`", "") if kind == "heading" else name
    assert oracle.text(markdown) == oracle.folded(f"{words}:" if kind == "aside" else words)
    blocks = {"paragraph_open", "heading_open", "inline", *AROUND.get(kind, ())}
    assert set(oracle.kinds(markdown)) - blocks == set()


LINES: dict[str, tuple[str, Callable[[str], dict[str, Any]], str]] = {
    "eyebrow": (
        "tutorial_sections",
        lambda words: {"kind": "contentAndMedia", "eyebrow": words, "content": []},
        "{}",
    ),
    "overload": (
        "primary_sections",
        lambda words: declared({"declarations": [{"identifier": f"doc://kit/{words}"}]}),
        "Other overloads:{}",
    ),
    "condition": (
        "pages",
        lambda words: {"metadata": {"title": "Kit", "conformance": conformance(words)}},
        "Kit{} T",
    ),
}
"""What is a line by itself: the kind of the fixtures, the JSON around its words, what is shown."""


def declared(others: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "declarations", "declarations": [{"otherDeclarations": others}]}


def conformance(words: str) -> dict[str, Any]:
    return {"availabilityPrefix": text(words).nodes, "constraints": code("T").nodes}


@pytest.mark.parametrize("place", LINES)
@pytest.mark.parametrize("words", ["\t1", "    1", "> 1", "- 1", "# 1", "1. 1"])
def test_a_line_by_itself_is_a_paragraph_whatever_it_begins_with(place: str, words: str) -> None:
    kind, around, frame = LINES[place]
    markdown = oracle.body(rendered(kind, json.dumps(around(words))))
    assert squeezed(oracle.text(markdown)) == squeezed(frame.format(words))
    blocks = {"paragraph_open", "heading_open", "fence", "inline"}
    assert set(oracle.kinds(markdown)) - blocks == set()
