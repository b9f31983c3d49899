"""Inline content: `RenderInlineContent` of swift-docc, told apart by `type`."""

from docc2context.model.base import UNKNOWN, Node


class Text(Node, tag="text", tag_field="type"):
    """Plain text; a line break inside it is white space, as on the web page."""

    text: str = ""


class CodeVoice(Node, tag="codeVoice", tag_field="type"):
    """A code span."""

    code: str = ""


class Emphasis(Node, tag="emphasis", tag_field="type"):
    """Emphasised text."""

    inline_content: list["Inline"] = []


class Italic(Emphasis, tag="italic", tag_field="type"):
    """The name of emphasis in the published schema; no known archive holds it."""


class Strong(Node, tag="strong", tag_field="type"):
    """Strongly emphasised text."""

    inline_content: list["Inline"] = []


class NewTerm(Node, tag="newTerm", tag_field="type"):
    """A term where it is introduced; shown like emphasis."""

    inline_content: list["Inline"] = []


class InlineHead(Node, tag="inlineHead", tag_field="type"):
    """A heading run in with its paragraph; shown like strong text."""

    inline_content: list["Inline"] = []


class Superscript(Node, tag="superscript", tag_field="type"):
    """Raised text."""

    inline_content: list["Inline"] = []


class Subscript(Node, tag="subscript", tag_field="type"):
    """Lowered text."""

    inline_content: list["Inline"] = []


class Strikethrough(Node, tag="strikethrough", tag_field="type"):
    """Text that no longer holds."""

    inline_content: list["Inline"] = []


class ReferenceLink(Node, tag="reference", tag_field="type"):
    """A mention of what `references[identifier]` of the page describes.

    `isActive` false means: show the title, link nowhere.
    """

    identifier: str
    is_active: bool = True
    overriding_title: str | None = None
    overriding_title_inline_content: list["Inline"] | None = None


class Link(Node, tag="link", tag_field="type"):
    """A link that carries its own destination, as the published schema has it."""

    destination: str
    title: str = ""


class ContentMetadata(Node):
    """The caption of an image, a video, a table or a code listing."""

    anchor: str | None = None
    title: str | None = None
    abstract: list["Inline"] | None = None


class Image(Node, tag="image", tag_field="type"):
    """An image in running text; `references[identifier]` has its alternative text and files."""

    identifier: str
    metadata: ContentMetadata | None = None


class UnknownInline(Node, tag=UNKNOWN, tag_field="type"):
    """Inline content of a type that the format does not know, with what text could be found."""

    name: str = ""
    text: str = ""
    inline_content: list["Inline"] = []


Inline = (
    Text
    | CodeVoice
    | Emphasis
    | Italic
    | Strong
    | NewTerm
    | InlineHead
    | Superscript
    | Subscript
    | Strikethrough
    | ReferenceLink
    | Link
    | Image
    | UnknownInline
)
