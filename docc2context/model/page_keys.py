"""The keys of a page: those of the format, and the content under others."""

from collections.abc import Iterator
from typing import Any

import msgspec

from docc2context.model.block import Block
from docc2context.model.counts import Counts, new_counts
from docc2context.model.lenient import LenientDecoder
from docc2context.model.page import RenderNode
from docc2context.model.salvage import Salvager, TooManyMisfits
from docc2context.model.sections import UnknownPrimarySection


class StrictPage(RenderNode, forbid_unknown_fields=True):
    """A page without a key that the format does not know; fields declared here are not shown."""

    schema_version: msgspec.Raw = msgspec.Raw()
    document_version: msgspec.Raw = msgspec.Raw()
    legacy_identifier: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="legacy_identifier")
    topic_sections_style: msgspec.Raw = msgspec.Raw()
    legal_notices: msgspec.Raw = msgspec.Raw()


KNOWN_KEYS = frozenset(field.encode_name for field in msgspec.structs.fields(StrictPage))

_members: LenientDecoder[dict[str, msgspec.Raw]] = LenientDecoder(dict[str, msgspec.Raw])


def found_sections(data: bytes, unknown: Counts) -> Iterator[UnknownPrimarySection]:
    """The content under keys that the format does not know, in order, one section per key.

    `unknown` counts each as `page:` and its key. What holds neither words nor content is skipped:
    it may be a number for machines. Raises TooManyMisfits.
    """
    salvager = Salvager(unknown)
    for key, value in (_members.decode(data, new_counts()) or {}).items():
        if key not in KNOWN_KEYS and (found := _found(key, value, salvager)):
            salvager.count(f"page:{key}")
            content = salvager.salvage(found, list[Block])
            yield UnknownPrimarySection(name=key, content=content)


def _found(key: str, value: msgspec.Raw, salvager: Salvager) -> list[dict[str, Any]]:
    try:
        return salvager.blocks_within({key: msgspec.json.decode(value)})
    except TooManyMisfits:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []  # unreadable, where strict decoding never looks
