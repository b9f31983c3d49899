"""The `references` of a page: what its identifiers stand for, told apart by `type`."""

from docc2context.model.base import UNKNOWN, Node
from docc2context.model.inline import Inline
from docc2context.model.symbol import Conformance, Fragment, SymbolTag


class TopicReference(Node, tag="topic", tag_field="type"):
    """Another page of documentation; `url` matches the file that holds it, if it is here."""

    url: str = ""
    title: str = ""
    kind: str = ""
    role: str | None = None
    abstract: list[Inline] | None = None
    fragments: list[Fragment] | None = None
    conformance: Conformance | None = None
    estimated_time: str | None = None
    required: bool = False
    default_implementations: int = 0
    beta: bool = False
    deprecated: bool = False
    name: str | None = None
    title_style: str | None = None
    tags: list[SymbolTag] | None = None


class SectionReference(TopicReference, tag="section", tag_field="type"):
    """A section of a page; its `url` ends in a fragment, its title is the heading's text."""


class LinkReference(Node, tag="link", tag_field="type"):
    """A page elsewhere."""

    url: str = ""
    title: str | None = None
    title_inline_content: list[Inline] | None = None


class UnresolvableReference(Node, tag="unresolvable", tag_field="type"):
    """Something that has a name and no page, such as a protocol of the standard library."""

    title: str = ""


class MediaVariant(Node):
    """One file of an image or video: an absolute URL or a path inside the archive."""

    url: str = ""
    traits: list[str] = []


class ImageReference(Node, tag="image", tag_field="type"):
    """An image in its variants of scale and appearance."""

    alt: str | None = None
    variants: list[MediaVariant] = []


class VideoReference(Node, tag="video", tag_field="type"):
    """A video in its variants; `poster` is the identifier of an image."""

    alt: str | None = None
    variants: list[MediaVariant] = []
    poster: str | None = None


class LineHighlight(Node):
    """A line of a file that a tutorial step added or changed, counted from 1."""

    line: int


class FileReference(Node, tag="file", tag_field="type"):
    """A code file of a tutorial as it stands after a step, one string a line."""

    file_name: str = ""
    syntax: str | None = None
    content: list[str] = []
    highlights: list[LineHighlight] | None = None


class DownloadReference(Node, tag="download", tag_field="type"):
    """A file to download."""

    url: str = ""


class ExternalLocationReference(DownloadReference, tag="externalLocation", tag_field="type"):
    """A file to download from elsewhere."""


class XcodeRequirementReference(Node, tag="xcodeRequirement", tag_field="type"):
    """The Xcode version that a tutorial asks for."""

    title: str = ""
    url: str = ""


class FileTypeReference(Node, tag="fileType", tag_field="type"):
    """A kind of file."""

    display_name: str = ""


class UnknownReference(Node, tag=UNKNOWN, tag_field="type"):
    """A reference of a type that the format does not know."""

    name: str = ""
    title: str = ""
    url: str = ""


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
