"""The words for what an identifier stands for."""

import re
from collections.abc import Iterable
from typing import assert_never
from urllib.parse import unquote

from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.markdown.inline import with_code
from docc2context.model.page import RenderNode
from docc2context.model.reference import (
    DownloadReference,
    FileReference,
    FileTypeReference,
    ImageReference,
    LinkReference,
    Reference,
    TopicReference,
    UnknownReference,
    UnresolvableReference,
    VideoReference,
    XcodeRequirementReference,
    is_section,
)
from docc2context.model.tutorials import Hero
from docc2context.model.variants import Variant
from docc2context.render.language_names import language_name

_GROUP_ROLES = frozenset({"collection", "collectionGroup", "article", "sampleCode", "overview"})
"""Roles of symbol pages that are not about symbols, such as those of modules: the web page sets
their titles as prose."""

_REQUEST = "restRequestSymbol"
"""The role of a REST request, whose title says in words what it does."""

_OF_CODE = re.compile(r"[`(]")


def title_of(reference: Reference | None) -> str:
    """The title as Markdown: code for symbols, prose for all else; empty if it has none."""
    match reference:
        case TopicReference(title=title):
            if _is_symbol(reference):
                return _symbol_name(title, reference.role)
            return with_code(title) if is_section(reference) else escape(title)
        case UnresolvableReference(title=title):
            return code_span(title)
        case LinkReference() | XcodeRequirementReference():
            return escape(reference.title or reference.url)
        case FileReference(file_name=title) | FileTypeReference(display_name=title):
            return escape(title)
        case ImageReference(alt=alt) | VideoReference(alt=alt):
            return escape(alt or "")
        case DownloadReference(url=url):
            return escape(_file_name(url) or last_part(url))
        case UnknownReference(title=title):
            return escape(title)
        case None:
            return ""
        case _:
            assert_never(reference)


def _file_name(url: str) -> str:
    """The name of the file that a URL leads to; empty if the name does not look like a file's."""
    name = unquote(url.partition("?")[0].rpartition("/")[2])
    return name if "." in name else ""


def _is_symbol(reference: TopicReference) -> bool:
    """Whether a page's title is the name of a symbol."""
    if reference.title_style is not None:
        return reference.title_style == "symbol"
    return reference.kind == "symbol" and reference.role not in _GROUP_ROLES


def _symbol_name(title: str, role: str | None = None) -> str:
    """A symbol's title: code, unless it is words, as for the parts of a REST interface.

    A Swift name with spaces stands between backticks, and Objective-C names have no spaces.

    >>> _symbol_name("log in(_:)"), _symbol_name("`log in`"), _symbol_name("Log in")
    ('`log in(_:)`', '`` `log in` ``', 'Log in')
    """
    is_words = role == _REQUEST or (" " in title and not _OF_CODE.search(title))
    return escape(title) if is_words else code_span(title)


def last_part(identifier: str) -> str:
    """What to call a thing that has no title."""
    if identifier.startswith(("http://", "https://", "mailto:")):
        return identifier
    return unquote(identifier.rstrip("/").rpartition("/")[2]) or identifier


def page_title(node: RenderNode) -> str:
    """The page's title: its own, else that of a tutorial's head, else the end of its address."""
    for title in (node.metadata.title, node.title):
        if title and not title.isspace():
            return title
    return _head_title(node) or node.identifier.url.rstrip("/").rpartition("/")[2]


def page_name(node: RenderNode) -> str:
    """The title as lists show it: the name of a symbol as code."""
    title = page_title(node)
    return _symbol_name(title, node.metadata.role) if is_symbol_page(node) else escape(title)


def is_symbol_page(node: RenderNode) -> bool:
    """Whether a page is about a symbol, and not about a module or a group of symbols."""
    return node.kind == "symbol" and node.metadata.role not in _GROUP_ROLES


def owner_by_address(node: RenderNode) -> str:
    """What a symbol's address names as its owner, such as `Sloth` for `…/Kit/Sloth/sleep()`.

    Empty for what a module itself has, and for all but symbols. The page of an owner may not exist:
    an Objective-C class may be documented only under its Swift name.
    """
    parts = node.identifier.url.partition("/documentation/")[2].split("/")
    if node.kind != "symbol" or len(parts) < 3:
        return ""
    return unquote(parts[-2]).partition("-")[0]  # a suffix such as -class tells equal names apart


def other_names(node: RenderNode, others: Iterable[Variant]) -> str:
    """The names that a page has in other languages, such as ``Objective-C: `KSloth` ``."""
    title = page_title(node)
    return ", ".join(
        f"{language_name(other.language)}: {page_name(other.node)}"
        for other in others
        if page_title(other.node) != title
    )


def _head_title(node: RenderNode) -> str:
    heads = (part for part in node.sections or [] if isinstance(part, Hero))  # Intro is one too
    return next((head.title for head in heads if head.title.strip()), "")
