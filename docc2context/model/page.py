"""A page: `RenderNode` of swift-docc, as each JSON file under `data/` holds one."""

import msgspec

from docc2context.model.base import UNKNOWN, Node
from docc2context.model.block import Block
from docc2context.model.inline import Inline
from docc2context.model.sections import Content, PrimarySection, UnknownPrimarySection
from docc2context.model.symbol import Availability, Conformance, SymbolTag
from docc2context.model.tutorials import Section


class Identifier(Node):
    """The `doc://` address of a page, and the language that it describes."""

    url: str = ""
    interface_language: str = ""


class Module(Node):
    """A module that a symbol belongs to."""

    name: str = ""
    related_modules: list[str] | None = None


class RemoteSource(Node):
    """Where the source code of a symbol can be read."""

    file_name: str = ""
    url: str = ""


class Metadata(Node):
    """What a page says of itself."""

    title: str | None = None
    role: str | None = None
    role_heading: str | None = None
    symbol_kind: str | None = None
    external_id: str | None = msgspec.field(default=None, name="externalID")
    modules: list[Module] | None = None
    extended_module: str | None = None
    platforms: list[Availability] | None = None
    required: bool = False
    conformance: Conformance | None = None
    remote_source: RemoteSource | None = None
    category: str | None = None
    estimated_time: str | None = None
    tags: list[SymbolTag] | None = None
    custom_metadata: dict[str, str] | None = None


class TopicGroup(Node):
    """A group of pages under Topics, See Also or Default Implementations, by identifier.

    It is `generated` if no author made it.
    """

    identifiers: list[str] = []
    title: str | None = None
    anchor: str | None = None
    abstract: list[Inline] | None = None
    discussion: Content | None = None
    generated: bool = False


class RelationshipGroup(Node):
    """Types that this one inherits from, conforms to, or the other way round."""

    identifiers: list[str] = []
    title: str = ""
    type: str = ""


class SampleDownload(Node):
    """The download of a sample project."""

    action: Inline


class Hierarchy(Node):
    """The pages above this one, by identifier: each way down from a root, outermost first."""

    paths: list[list[str]] = []


class VersionChange(Node):
    """What became of a symbol between two releases of an SDK."""

    change: str = ""
    platform: str = ""
    versions: list[str] = []


class Trait(Node):
    """The language that a variant is for."""

    interface_language: str | None = None


class PageVariant(Node):
    """Where a page is found for some languages: an author may name another page."""

    paths: list[str] = []
    traits: list[Trait] = []


class PatchOperation(Node):
    """One operation of a JSON patch (RFC 6902); its value is decoded where it is applied."""

    op: str
    path: str
    value: msgspec.Raw = msgspec.Raw(b"null")


class VariantOverride(Node):
    """What differs on a page for other languages."""

    traits: list[Trait] = []
    patch: list[PatchOperation] = []


UNKNOWN_SECTIONS = f"{UNKNOWN}Sections"
"""The key of a field that DocC never writes."""


class RenderNode(Node):
    """One page. Identifiers in it are looked up in its own `references`.

    These are half of a page's bytes, and the same on each page that mentions a thing: they are left
    as text here, and `links/references.py` decodes each text once.
    """

    identifier: Identifier = msgspec.field(default_factory=Identifier)
    kind: str = ""
    title: str | None = None
    """A tutorial's, in the published schema; DocC writes that of the head alone."""
    metadata: Metadata = msgspec.field(default_factory=Metadata)
    hierarchy: Hierarchy | None = None
    abstract: list[Inline] | None = None
    primary_content_sections: list[PrimarySection] | None = None
    sections: list[Section] | None = None
    topic_sections: list[TopicGroup] | None = None
    see_also_sections: list[TopicGroup] | None = None
    relationships_sections: list[RelationshipGroup] | None = None
    default_implementations_sections: list[TopicGroup] | None = None
    deprecation_summary: list[Block] | None = None
    sample_code_download: SampleDownload | None = None
    download_not_available_summary: list[Block] | None = None
    diff_availability: dict[str, VersionChange] | None = None
    references: dict[str, msgspec.Raw] = {}
    variants: list[PageVariant] | None = None
    variant_overrides: list[VariantOverride] | None = None
    unknown_sections: list[UnknownPrimarySection] | None = msgspec.field(
        default=None, name=UNKNOWN_SECTIONS
    )
    """The content under keys that the format does not know; `model/page_keys.py` finds it."""
