"""Inline content: `RenderInlineContent` of swift-docc, told apart by `type`."""

from docc2context.model.base import UNKNOWN, Node, TypedNode


class Text(TypedNode, tag="text"):
    """Plain text; a line break inside it is white space, as on the web page.

    Text that is only a line break is the author's own: this is how swift-docc writes Markdown's
    hard breaks, and swift-docc-render shows it as one.
    """

    text: str = ""


class CodeVoice(TypedNode, tag="codeVoice"):
    """A code span."""

    code: str = ""


class Emphasis(TypedNode, tag="emphasis"):
    """Emphasised text."""

    inline_content: list["Inline"] = []


class Italic(Emphasis, tag="italic"):
    """The name of emphasis in the published schema; no known archive holds it."""


class Strong(TypedNode, tag="strong"):
    """Strongly emphasised text."""

    inline_content: list["Inline"] = []


class NewTerm(TypedNode, tag="newTerm"):
    """A term where it is introduced; shown like emphasis."""

    inline_content: list["Inline"] = []


class InlineHead(TypedNode, tag="inlineHead"):
    """A heading run in with its paragraph; shown like strong text."""

    inline_content: list["Inline"] = []


class Superscript(TypedNode, tag="superscript"):
    """Raised text."""

    inline_content: list["Inline"] = []


class Subscript(TypedNode, tag="subscript"):
    """Lowered text."""

    inline_content: list["Inline"] = []


class Strikethrough(TypedNode, tag="strikethrough"):
    """Text that no longer holds."""

    inline_content: list["Inline"] = []


class ReferenceLink(TypedNode, tag="reference"):
    """A mention of what `references[identifier]` of the page describes.

    `isActive` false means: show the title, link nowhere.
    """

    identifier: str
    is_active: bool = True
    overriding_title: str | None = None
    overriding_title_inline_content: list["Inline"] | None = None


class Link(TypedNode, tag="link"):
    """A link that carries its own destination, as the published schema has it."""

    destination: str
    title: str = ""


class ContentMetadata(Node):
    """The caption of an image, a video, a table or a code listing."""

    title: str | None = None
    abstract: list["Inline"] | None = None


class Image(TypedNode, tag="image"):
    """An image in running text; `references[identifier]` has its alternative text and files."""

    identifier: str
    metadata: ContentMetadata | None = None


class UnknownInline(TypedNode, tag=UNKNOWN):
    """Inline content of a type that the format does not know, with any text found in it."""

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
