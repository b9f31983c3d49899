"""The primary content sections of a documentation page, told apart by `kind`."""

import msgspec

from docc2context.model.base import UNKNOWN, KindNode, Node
from docc2context.model.block import Block
from docc2context.model.symbol import Conformance, Fragment


class Mentions(KindNode, tag="mentions"):
    """Articles that mention this symbol, by identifier."""

    mentions: list[str] = []


class OtherDeclaration(Node):
    """A sibling of an overloaded symbol."""

    tokens: list[Fragment] = []
    identifier: str = ""
    conformance: Conformance | None = None


class OtherDeclarations(Node):
    """The siblings of an overloaded symbol; this one stands at `displayIndex` among them."""

    declarations: list[OtherDeclaration] = []


class Declaration(Node):
    """A declaration in one language, for some platforms."""

    tokens: list[Fragment] = []
    languages: list[str] | None = None
    platforms: list[str | None] = []
    other_declarations: OtherDeclarations | None = None


class Declarations(KindNode, tag="declarations"):
    """The declarations of a symbol: one for each language or group of platforms."""

    declarations: list[Declaration] = []


class Parameter(Node):
    """A parameter of a function and what it means."""

    name: str = ""
    content: list[Block] = []


class Parameters(KindNode, tag="parameters"):
    """The parameters of a function."""

    parameters: list[Parameter] = []


class Content(KindNode, tag="content"):
    """Free content: overview, discussion, return value, under its own headings."""

    content: list[Block] = []
    title: str | None = None


class Attribute(Node):
    """A constraint on a value, such as its default, bounds, allowed values or allowed types."""

    kind: str = ""
    title: str | None = None
    value: str | None = None
    values: list[str | list[Fragment]] | None = None


class TypeDetail(Node):
    """The plain type behind a declared one."""

    base_type: str | None = None
    array_mode: bool | None = None


class Property(Node):
    """A key of a dictionary, or a parameter of a REST endpoint."""

    name: str = ""
    type: list[Fragment] = []
    type_details: list[TypeDetail] | None = None
    content: list[Block] | None = None
    attributes: list[Attribute] | None = None
    mime_type: str | None = None
    read_only: bool | None = None
    required: bool | None = None
    deprecated: bool | None = None
    introduced_version: str | None = None


class Properties(KindNode, tag="properties"):
    """The keys of a dictionary."""

    title: str = "Properties"
    items: list[Property] = []


class RestParameters(KindNode, tag="restParameters"):
    """Parameters in the path, the query or the header of a request."""

    title: str = "Parameters"
    items: list[Property] = []


class RestHeaders(RestParameters, tag="restHeaders"):
    """Headers of a request, in archives not written by today's swift-docc."""


class RestCookies(RestParameters, tag="restCookies"):
    """Cookies of a request, likewise."""


class EndpointToken(Node):
    """A piece of a URL."""

    text: str = ""


class RestEndpoint(KindNode, tag="restEndpoint"):
    """Method and URL of a REST endpoint."""

    title: str = "URL"
    tokens: list[EndpointToken] = []


class RestBody(KindNode, tag="restBody"):
    """The body of a request."""

    title: str = "HTTP Body"
    mime_type: str | None = None
    body_content_type: list[Fragment] = []
    content: list[Block] | None = None
    parameters: list[Property] | None = None


class RestResponse(Node):
    """An answer of a REST endpoint."""

    status: int | None = None
    reason: str | None = None
    mime_type: str | None = None
    mimetype: str | None = None
    type: list[Fragment] = []
    content: list[Block] | None = None


class RestResponses(KindNode, tag="restResponses"):
    """The answers of a REST endpoint."""

    title: str = "Response Codes"
    items: list[RestResponse] = []


class PropertyListDetails(Node):
    """A property list key: its raw name, types and platforms."""

    name: str = ""
    raw_name: str | None = None
    ide_title: str | None = None
    value: list[TypeDetail] = []
    platforms: list[str] = []


class Details(KindNode, tag="details"):
    """What a property list key is."""

    title: str = "Details"
    details: PropertyListDetails = msgspec.field(default_factory=PropertyListDetails)


class Attributes(KindNode, tag="attributes"):
    """Constraints on the value that a page describes."""

    title: str = "Attributes"
    attributes: list[Attribute] | None = None


class PossibleValue(Node):
    """A value that is allowed, and what it means."""

    name: str = ""
    content: list[Block] | None = None


class PossibleValues(KindNode, tag="possibleValues"):
    """The values that are allowed."""

    title: str | None = None
    values: list[PossibleValue] = []


class UnknownPrimarySection(KindNode, tag=UNKNOWN):
    """A section of a kind that the format does not know, with any content found in it."""

    name: str = ""
    content: list[Block] = []


PrimarySection = (
    Mentions
    | Declarations
    | Parameters
    | Content
    | Properties
    | RestParameters
    | RestHeaders
    | RestCookies
    | RestEndpoint
    | RestBody
    | RestResponses
    | Details
    | Attributes
    | PossibleValues
    | UnknownPrimarySection
)
