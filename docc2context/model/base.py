"""What all structs of the format share."""

import msgspec


class Node(msgspec.Struct, gc=False, kw_only=True, rename="camel"):
    """A JSON object of a RenderNode page; nothing changes one after it is decoded.

    Only what a page shows or links is declared; other keys are ignored while decoding. Every field
    that some swift-docc release leaves out has a default, so that schema 0.1 to 1.0 decode alike.
    `gc=False` is safe because JSON is a tree: no struct can be part of a cycle.
    """


class TypedNode(Node, tag_field="type"):
    """A member of a union whose members are told apart by `type`."""


class KindNode(Node, tag_field="kind"):
    """A member of a union whose members are told apart by `kind`."""


UNKNOWN = "docc2context:unknown"
"""Tag of the structs that hold what the format does not know; DocC never writes it."""
