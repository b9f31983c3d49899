"""JSON of a page to structs."""

from collections.abc import Mapping

import msgspec

from docc2context.model.counts import Counts, new_counts
from docc2context.model.lenient import LenientDecoder
from docc2context.model.page import RenderNode
from docc2context.model.page_keys import StrictPage, found_sections
from docc2context.model.patch import ReferenceText
from docc2context.model.salvage import TooManyMisfits
from docc2context.model.variants import Language, Variant, variants

NESTED_TOO_DEEPLY = "nested too deeply"
"""Why a page is skipped if decoding or rendering it takes more frames than Python has."""

_UTF8_BOM = b"\xef\xbb\xbf"

_strict = msgspec.json.Decoder(StrictPage)
_lenient: LenientDecoder[RenderNode] = LenientDecoder(RenderNode)


class PageUndecodable(ValueError):
    """The bytes hold no page; `str(error)` says why in a sentence without a path."""


class DecodedPage(msgspec.Struct, frozen=True, gc=False):
    """A page in its languages, and how many nodes were unknown or had to be mended, by kind.

    `references` are the page's in the language that is shown; `node` may hold those of another.
    `size` is the length of the page's JSON in bytes.
    """

    node: RenderNode
    references: Mapping[str, ReferenceText]
    others: list[Variant]
    unknown_nodes: Counts
    size: int


def decode_page(data: bytes, language: Language = "all") -> DecodedPage:
    """Decode one file under `data/` to what it shows in a language, or in all of them.

    A page that does not exist in the language asked for is shown as it is. Raises PageUndecodable
    if the bytes are not JSON, are nested too deeply, hold no page at all or far too much that fits
    nowhere. A page that only partly follows the format is kept as far as it can be read; half a
    surrogate pair becomes U+FFFD and is counted as `malformed:surrogate`.
    """
    unknown: Counts = new_counts()
    try:
        node = _decoded(data.removeprefix(_UTF8_BOM), unknown)
        others = variants(node, unknown) if node.variant_overrides else []
    except TooManyMisfits as error:
        raise PageUndecodable(str(error)) from error
    except msgspec.DecodeError as error:
        raise PageUndecodable(f"invalid JSON: {error}") from error
    except RecursionError as error:
        raise PageUndecodable(NESTED_TOO_DEEPLY) from error
    if language == "all":
        return DecodedPage(node, node.references, others, unknown, len(data))
    for other in others:
        if other.language == language:
            return DecodedPage(other.node, other.references, [], unknown, len(data))
    # The page does not exist in this language.
    return DecodedPage(node, node.references, [], unknown, len(data))


def _decoded(data: bytes, unknown: Counts) -> RenderNode:
    try:
        node: RenderNode = _strict.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        node = _second_look(data, unknown)
    if not node.identifier.url and not node.metadata.title:
        raise PageUndecodable("not a RenderNode page: neither an identifier nor a title")
    return node


def _second_look(data: bytes, unknown: Counts) -> RenderNode:
    node = _lenient.decode(data, unknown)
    if node is None:
        raise PageUndecodable("not a RenderNode page: not a JSON object")
    node.unknown_sections = list(found_sections(data, unknown)) or None
    return node
