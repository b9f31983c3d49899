"""The words for what an identifier stands for."""

from urllib.parse import unquote

from docc2context.model.inline import CodeVoice, Inline, Text
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
)
from docc2context.model.tutorials import Hero

PROSE_ROLES = frozenset({"collection", "collectionGroup", "article", "sampleCode", "overview"})
"""Roles of symbol pages, such as modules, whose titles the web page sets as prose, not as code."""

_LANGUAGE_NAMES = {
    "occ": "Objective-C",
    "objc": "Objective-C",
    "swift": "Swift",
    "c": "C",
    "c++": "C++",
    "cpp": "C++",
    "data": "Data",
}


def title_of(identifier: str, reference: Reference | None) -> list[Inline]:
    """The title: code for symbols, prose for all else, never empty.

    What the page does not describe is called by the last part of its identifier.
    """
    match reference:
        case TopicReference() if reference.title:
            return [_topic_title(reference)]
        case LinkReference() if reference.title_inline_content:
            return reference.title_inline_content
        case LinkReference(title=str(title)) | XcodeRequirementReference(title=title) if title:
            return [Text(text=title)]
        case UnresolvableReference(title=title) if title:
            return [CodeVoice(code=title)]
        case FileReference(file_name=name) | FileTypeReference(display_name=name) if name:
            return [Text(text=name)]
        case ImageReference(alt=str(alt)) | VideoReference(alt=str(alt)) if alt:
            return [Text(text=alt)]
        case UnknownReference() if reference.title:
            return [Text(text=reference.title)]
        case LinkReference() | XcodeRequirementReference() if reference.url:
            return [Text(text=reference.url)]
        case DownloadReference() if reference.url:
            return [Text(text=unquote(reference.url.rpartition("/")[2]))]
        case _:
            return [Text(text=_last_part(identifier))]


def is_symbol(reference: TopicReference) -> bool:
    """Whether a page is told by the name of a symbol."""
    if reference.title_style is not None:
        return reference.title_style == "symbol"
    return reference.kind == "symbol" and reference.role not in PROSE_ROLES


def _topic_title(reference: TopicReference) -> Inline:
    if is_symbol(reference):
        return CodeVoice(code=reference.title)
    return Text(text=reference.title)


def _last_part(identifier: str) -> str:
    if identifier.startswith(("http://", "https://", "mailto:")):
        return identifier
    return unquote(identifier.rstrip("/").rpartition("/")[2]) or identifier


def page_title(node: RenderNode) -> str:
    """The page's title: its own, else that of a tutorial's head, else the end of its address."""
    return (
        node.metadata.title
        or _head_title(node)
        or node.identifier.url.rstrip("/").rpartition("/")[2]
    )


def _head_title(node: RenderNode) -> str:
    heads = (part for part in node.sections or [] if isinstance(part, Hero))  # Intro is one too
    return next((head.title for head in heads if head.title.strip()), "")


def language_name(language: str) -> str:
    """DocC's name of a language as people write it.

    >>> language_name("occ"), language_name("swift"), language_name("openapi")
    ('Objective-C', 'Swift', 'openapi')
    """
    return _LANGUAGE_NAMES.get(language, language)
