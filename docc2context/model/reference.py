"""The `references` of a page: what its identifiers stand for, told apart by `type`."""

from typing import TypeGuard

from docc2context.model.base import UNKNOWN, Node, TypedNode
from docc2context.model.inline import Inline
from docc2context.model.lenient import LenientDecoder
from docc2context.model.symbol import Conformance, Fragment, SymbolTag


class TopicReference(TypedNode, tag="topic"):
    """Another page of documentation; `url` matches the file that holds it, if it is here."""

    url: str = ""
    title: str = ""
    kind: str = ""
    role: str | None = None
    abstract: list[Inline] | None = None
    conformance: Conformance | None = None
    estimated_time: str | None = None
    required: bool = False
    default_implementations: int = 0
    beta: bool = False
    deprecated: bool = False
    name: str | None = None
    ide_title: str | None = None
    title_style: str | None = None
    tags: list[SymbolTag] | None = None


class SectionReference(TopicReference, tag="section"):
    """A section of a page; its `url` ends in a fragment, its title is the heading's text."""


class LinkReference(TypedNode, tag="link"):
    """A page elsewhere."""

    url: str = ""
    title: str | None = None
    title_inline_content: list[Inline] | None = None
    abstract: list[Inline] | None = None


class UnresolvableReference(TypedNode, tag="unresolvable"):
    """Something that has a name and no page, such as a protocol of the standard library."""

    title: str = ""
    conformance: Conformance | None = None


class MediaVariant(Node):
    """One file of an image or video: an absolute URL or a path inside the archive."""

    url: str = ""
    traits: list[str] = []


class ImageReference(TypedNode, tag="image"):
    """An image in its variants of scale and appearance."""

    alt: str | None = None
    variants: list[MediaVariant] = []


class VideoReference(TypedNode, tag="video"):
    """A video in its variants; `poster` is the identifier of an image."""

    alt: str | None = None
    variants: list[MediaVariant] = []
    poster: str | None = None


class LineHighlight(Node):
    """A line of a file that a tutorial step added or changed, counted from 1."""

    line: int


class FileReference(TypedNode, tag="file"):
    """A code file of a tutorial as it stands after a step, one string per line."""

    file_name: str = ""
    syntax: str | None = None
    content: list[str] = []
    highlights: list[LineHighlight] | None = None


class DownloadReference(TypedNode, tag="download"):
    """A file to download."""

    url: str = ""


class ExternalLocationReference(DownloadReference, tag="externalLocation"):
    """A file to download from elsewhere."""


class XcodeRequirementReference(TypedNode, tag="xcodeRequirement"):
    """The Xcode version that a tutorial asks for."""

    title: str = ""
    url: str = ""


class FileTypeReference(TypedNode, tag="fileType"):
    """A kind of file."""

    display_name: str = ""


class UnknownReference(TypedNode, tag=UNKNOWN):
    """A reference of a type that the format does not know."""

    name: str = ""
    title: str = ""
    url: str = ""
    abstract: list[Inline] = []


Reference = (
    TopicReference
    | SectionReference
    | LinkReference
    | UnresolvableReference
    | ImageReference
    | VideoReference
    | FileReference
    | DownloadReference
    | ExternalLocationReference
    | XcodeRequirementReference
    | FileTypeReference
    | UnknownReference
)


def is_section(reference: Reference | None) -> TypeGuard[TopicReference]:
    """Whether this is a heading on a page, whichever way it is typed."""
    return isinstance(reference, TopicReference) and (
        isinstance(reference, SectionReference) or reference.kind == "section"
    )


reference_decoder: LenientDecoder[Reference] = LenientDecoder(Reference)


class Fragmented(Node):
    """The declaration in a reference to a symbol; decoded separately, because few lists need it."""

    fragments: list[Fragment] = []


fragments_decoder: LenientDecoder[Fragmented] = LenientDecoder(Fragmented)
