"""The keys of a page: those of the format, and what is said under others."""

from collections.abc import Iterator
from typing import Any

import msgspec

from docc2context.model.block import Block
from docc2context.model.counts import Counts, new_counts
from docc2context.model.findings import found_blocks
from docc2context.model.lenient import LenientDecoder
from docc2context.model.page import RenderNode
from docc2context.model.salvage import salvage
from docc2context.model.sections import UnknownPrimarySection


class StrictPage(RenderNode, forbid_unknown_fields=True):
    """A page without a key that the format does not know; what is declared here no page shows."""

    schema_version: msgspec.Raw = msgspec.Raw()
    document_version: msgspec.Raw = msgspec.Raw()
    legacy_identifier: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="legacy_identifier")
    topic_sections_style: msgspec.Raw = msgspec.Raw()
    legal_notices: msgspec.Raw = msgspec.Raw()


KNOWN_KEYS = frozenset(field.encode_name for field in msgspec.structs.fields(StrictPage))

_members: LenientDecoder[dict[str, msgspec.Raw]] = LenientDecoder(dict[str, msgspec.Raw])


def found_sections(data: bytes, unknown: Counts) -> Iterator[UnknownPrimarySection]:
    """What a page says under keys that the format does not know, in its order, a section for each.

    `unknown` counts each as `page:` and its key. What holds neither words nor content is passed
    over: it may be a number for machines.
    """
    for key, value in (_members.decode(data, new_counts()) or {}).items():
        if key not in KNOWN_KEYS and (found := _found(key, value)):
            unknown[f"page:{key}"] += 1
            yield UnknownPrimarySection(name=key, content=salvage(found, list[Block], unknown))


def _found(key: str, value: msgspec.Raw) -> list[dict[str, Any]]:
    try:
        return found_blocks({key: msgspec.json.decode(value)})
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []  # what cannot be read, where strict decoding never looks
