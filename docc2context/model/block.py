"""Block content: `RenderBlockContent` of swift-docc, told apart by `type`.

The layouts of tutorials (`fullWidth`, `contentAndMedia`, `columns`) are blocks that carry `kind`
instead of `type` and stand in `model/tutorials.py`.
"""

from typing import Literal

import msgspec

from docc2context.model.base import UNKNOWN, Node, TypedNode
from docc2context.model.inline import ContentMetadata, Inline


class Paragraph(TypedNode, tag="paragraph"):
    """Running text."""

    inline_content: list[Inline] = []


class Heading(TypedNode, tag="heading"):
    """A heading of level 1 to 6; `anchor` is DocC's own fragment for it."""

    text: str = ""
    level: int = 2
    anchor: str | None = None


class Aside(TypedNode, tag="aside"):
    """A note beside the text; without a `name` its style names it (schema 0.1)."""

    style: str = "note"
    name: str | None = None
    content: list["Block"] = []


class LinePosition(Node):
    """A line of a code listing, counted from 1."""

    line: int


class LineAnnotation(Node):
    """Lines of a code listing that are set apart: `style` is `highlight` or `strikeout`."""

    style: str
    range: list[LinePosition] = []


class CodeListing(TypedNode, tag="codeListing"):
    """A code block, one string per line."""

    code: list[str] = []
    syntax: str | None = None
    metadata: ContentMetadata | None = None
    line_annotations: list[LineAnnotation] | None = None


class ListItem(Node):
    """An item of a list; `checked` is set only in task lists."""

    content: list["Block"] = []
    checked: bool | None = None


class UnorderedList(TypedNode, tag="unorderedList"):
    """A bulleted list."""

    items: list[ListItem] = []


class OrderedList(TypedNode, tag="orderedList"):
    """A numbered list that begins with `start`."""

    items: list[ListItem] = []
    start: int = 1


class Term(Node):
    """The term of a definition."""

    inline_content: list[Inline] = []


class Definition(Node):
    """What a term means."""

    content: list["Block"] = []


class TermListItem(Node):
    """A term and its definition."""

    term: Term = msgspec.field(default_factory=Term)
    definition: Definition = msgspec.field(default_factory=Definition)


class TermList(TypedNode, tag="termList"):
    """A list of terms with their definitions."""

    items: list[TermListItem] = []


class TableSpan(Node):
    """How many columns and rows a cell covers; 0 where another cell covers it."""

    colspan: int = 1
    rowspan: int = 1


class Table(TypedNode, tag="table"):
    """A table: rows of cells of blocks. `extendedData` maps `row_column` to a span."""

    rows: list[list[list["Block"]]] = []
    header: Literal["row", "column", "both", "none"] = "row"
    alignments: list[str] | None = None
    extended_data: dict[str, TableSpan] | None = None
    metadata: ContentMetadata | None = None


class Step(TypedNode, tag="step"):
    """A step of a tutorial; media, code and preview are identifiers of references."""

    content: list["Block"] = []
    caption: list["Block"] = []
    media: str | None = None
    code: str | None = None
    runtime_preview: str | None = None


class CodeExampleContent(Node):
    """A part of a code example."""

    code: list[str] = []


class CodeExample(Node):
    """Code in parts, with one syntax."""

    content: list[CodeExampleContent] = []
    syntax: str | None = None


class EndpointExample(TypedNode, tag="endpointExample"):
    """A REST request and its response."""

    request: CodeExample = msgspec.field(default_factory=CodeExample)
    response: CodeExample = msgspec.field(default_factory=CodeExample)
    summary: list["Block"] | None = None


class DictionaryExample(TypedNode, tag="dictionaryExample"):
    """An example of a dictionary or property list."""

    example: CodeExample = msgspec.field(default_factory=CodeExample)
    summary: list["Block"] | None = None


class Column(Node):
    """A column of a row."""

    content: list["Block"] = []


class Row(TypedNode, tag="row"):
    """Columns side by side."""

    columns: list[Column] = []


class Tab(Node):
    """One tab of a tab navigator."""

    title: str = ""
    content: list["Block"] = []


class TabNavigator(TypedNode, tag="tabNavigator"):
    """Tabs of which the web page shows one at a time."""

    tabs: list[Tab] = []


class OverviewCard(TypedNode, tag="overviewCard"):
    """A card: what it is about, and what it says."""

    head: list["Block"] = []
    content: list["Block"] = []


class Small(TypedNode, tag="small"):
    """Small print."""

    inline_content: list[Inline] = []


class Links(TypedNode, tag="links"):
    """A grid or list of pages, by identifier."""

    items: list[str] = []


class Video(TypedNode, tag="video"):
    """A video; `references[identifier]` has its alternative text and files."""

    identifier: str
    metadata: ContentMetadata | None = None


class ThematicBreak(TypedNode, tag="thematicBreak"):
    """A horizontal rule."""


class UnknownBlock(TypedNode, tag=UNKNOWN):
    """A block of a type that the format does not know, with any content found in it."""

    name: str = ""
    content: list["Block"] = []


Block = (
    Paragraph
    | Heading
    | Aside
    | CodeListing
    | UnorderedList
    | OrderedList
    | TermList
    | Table
    | Step
    | EndpointExample
    | DictionaryExample
    | Row
    | TabNavigator
    | OverviewCard
    | Small
    | Links
    | Video
    | ThematicBreak
    | UnknownBlock
)
