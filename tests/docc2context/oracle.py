"""Reads Markdown back with markdown-it-py: what a reader of the rendered page would see."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from unicodedata import category

from markdown_it import MarkdownIt
from markdown_it.token import Token

_parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_WORD_TOKENS = {"text", "code_inline", "text_special", "html_inline", "softbreak", "hardbreak"}


def tokens(markdown: str) -> list[Token]:
    return _parser.parse(markdown)


def kinds(markdown: str) -> list[str]:
    """The types of the block tokens that open something or stand alone."""
    return [token.type for token in tokens(markdown) if token.nesting >= 0]


def inline(markdown: str) -> Iterator[Token]:
    for token in tokens(markdown):
        yield from token.children or []


def text(markdown: str) -> str:
    """The visible text, white space folded as a browser folds it, without tags and comments."""
    words = []
    for token in tokens(markdown):
        if token.type in {"fence", "code_block"}:
            words.append(token.content)
        words += [_visible(child) for child in token.children or [] if child.type in _WORD_TOKENS]
    return folded("".join(words))


def links(markdown: str) -> list[str]:
    return destinations(tokens(markdown))


def shown_or_linked(markdown: str) -> list[str]:
    """Where links lead, and the sources of images, also of those inside links."""
    sources = [str(token.attrs["src"]) for token in inline(markdown) if token.type == "image"]
    return links(markdown) + sources


def folded(words: str) -> str:
    return " ".join(words.split())


def _visible(token: Token) -> str:
    if token.type == "html_inline":
        return " " if token.content == "<br>" else ""
    return " " if token.type.endswith("break") else token.content


def body(page: str) -> str:
    """A page's Markdown without its front matter."""
    return page.split("\n---\n", 1)[1] if page.startswith("---\n") else page


def fragments(markdown: str) -> set[str]:
    """The fragments that GitHub gives to the headings."""
    return set(outline(tokens(markdown)))


def outline(stream: Sequence[Token]) -> list[str]:
    """The fragment of each heading in turn, as github-slugger counts those that are taken."""
    taken: dict[str, int] = {}
    for opening, content in pairwise(stream):
        if opening.type != "heading_open":
            continue
        words = "".join(
            _visible(child) for child in content.children or [] if child.type in _WORD_TOKENS
        )
        kept = [char for char in words.strip().lower() if _is_in_fragments(char)]
        base = fragment = "".join(kept).replace(" ", "-")
        while fragment in taken:
            taken[base] += 1
            fragment = f"{base}-{taken[base]}"
        taken[fragment] = 0
    return list(taken)


def _is_in_fragments(char: str) -> bool:
    """Letters, marks, decimal digits, numerals that are letters, connectors; hyphen and space."""
    kind = category(char)
    return char in "- " or kind[0] in "LM" or kind in {"Nd", "Nl", "Pc"}


def destinations(stream: Sequence[Token]) -> list[str]:
    """Where each link leads, in turn."""
    children = (child for token in stream for child in token.children or [])
    return [str(token.attrs["href"]) for token in children if token.type == "link_open"]
