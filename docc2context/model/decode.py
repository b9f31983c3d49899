"""JSON of a page to structs: strict and fast first; what that refuses is looked at once more."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from docc2context.model.page import RenderNode
from docc2context.model.salvage import salvage

_UTF8_BOM = b"\xef\xbb\xbf"

_strict = msgspec.json.Decoder(RenderNode)
_untyped = msgspec.json.Decoder()


class PageUndecodable(ValueError):
    """The bytes hold no page; `str(error)` says why in a sentence without a path."""


class DecodedPage(msgspec.Struct, frozen=True):
    """A page, and by kind how many of its nodes the format does not know or had to be mended."""

    node: RenderNode
    unknown_nodes: Mapping[str, int]


def decode_page(data: bytes) -> DecodedPage:
    """Decode one file under `data/`.

    Raises PageUndecodable if it is no JSON, is nested beyond reason or is no page at all. A page
    that is only partly as the format says is kept as far as it can be read.
    """
    try:
        return DecodedPage(_checked(_strict.decode(data)), {})
    except msgspec.ValidationError:
        return _second_look(data)
    except msgspec.DecodeError as error:
        if data.startswith(_UTF8_BOM):
            return decode_page(data[len(_UTF8_BOM) :])
        raise PageUndecodable(f"invalid JSON: {error}") from error
    except RecursionError as error:
        raise PageUndecodable("nested too deeply") from error


def _second_look(data: bytes) -> DecodedPage:
    unknown: Counter[str] = Counter()
    try:
        node = salvage(_untyped.decode(data), RenderNode, unknown)
    except msgspec.DecodeError as error:
        raise PageUndecodable(f"invalid JSON: {error}") from error
    except RecursionError as error:
        raise PageUndecodable("nested too deeply") from error
    if node is None:
        raise PageUndecodable("not a RenderNode page: not a JSON object")
    return DecodedPage(_checked(node), dict(unknown))


def _checked(node: RenderNode) -> RenderNode:
    if not node.identifier.url and not node.metadata.title:
        raise PageUndecodable("not a RenderNode page: neither an identifier nor a title")
    return node
