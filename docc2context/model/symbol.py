"""What pages and references say of a symbol: declaration fragments, availability, conformance."""

from docc2context.model.base import Node
from docc2context.model.inline import Inline


class Fragment(Node):
    """A token of a declaration; `identifier` names the page of the type it mentions."""

    text: str = ""
    identifier: str | None = None


class Conformance(Node):
    """The constraints under which a symbol is available or a type conforms."""

    constraints: list[Inline] = []
    availability_prefix: list[Inline] = []
    conformance_prefix: list[Inline] = []


class Availability(Node):
    """One platform on which a symbol is, was or is not available."""

    name: str | None = None
    introduced_at: str | None = None
    deprecated_at: str | None = None
    obsoleted_at: str | None = None
    deprecated: bool | None = None
    unconditionally_deprecated: bool | None = None
    unavailable: bool | None = None
    unconditionally_unavailable: bool | None = None
    beta: bool | None = None
    message: str | None = None
    renamed: str | None = None


class SymbolTag(Node):
    """A label beside a symbol's name."""

    text: str = ""
