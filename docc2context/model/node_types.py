"""The types that the published format has, and which of them a count of misfits is about."""

from collections.abc import Iterator
from typing import Final

import msgspec

from docc2context.model import block, inline, reference, sections, tutorials
from docc2context.model.base import UNKNOWN, KindNode, TypedNode

_MODULES: Final = (block, inline, reference, sections, tutorials)
"""Imported so that all types are there."""


def _tagged(base: type[msgspec.Struct]) -> Iterator[tuple[str, str]]:
    for struct in base.__subclasses__():
        tag = struct.__struct_config__.tag
        if isinstance(tag, str) and tag != UNKNOWN:
            yield struct.__name__, tag
        yield from _tagged(struct)


_TAGS: Final = dict([*_tagged(TypedNode), *_tagged(KindNode)])
"""Tags by the names of the structs."""

NODE_TYPES: Final = frozenset(_TAGS.values())
"""All tags of blocks, inline content, references and sections, such as `paragraph`."""


def node_type(counted: str) -> str | None:
    """The type that a key of `Report.unknown_nodes` is about; None if the format has no such type.

    Unlike the key, it is from a closed set, whatever a page says.

    >>> node_type("malformed:Paragraph.inlineContent"), node_type("block:poll")
    ('paragraph', None)
    """
    family, _, name = counted.partition(":")
    if family == "malformed":
        return _TAGS.get(name.partition(".")[0])
    return name if name in NODE_TYPES else None
