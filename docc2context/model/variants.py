"""Other languages of a page: it carries patches that turn it into its Objective-C self."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from docc2context.model.counts import Counts
from docc2context.model.page import PatchOperation, RenderNode
from docc2context.model.patch import IN_REFERENCES, Patcher, ReferenceText

Language = Literal["all", "swift", "occ"]

MAX_LANGUAGES = 4
"""Further languages of a page; DocC knows two in all, and each costs a page of memory."""


class Variant(msgspec.Struct, frozen=True, gc=False):
    """A page as it is for one more language, such as `occ`, and what its identifiers stand for.

    `node` holds the references of the page's own language.
    """

    language: str
    node: RenderNode
    references: Mapping[str, ReferenceText]


def variants(node: RenderNode, unknown: Counts) -> list[Variant]:
    """The page in its other languages, each once.

    An operation that cannot be applied is counted as `malformed:variantOverrides` and left out.
    Patches that only rename what a page mentions make no variant: DocC writes them for pages that
    do not exist in the language (DOCS/ADR/0011-renaming-patches.md).
    """
    found: dict[str, Variant] = {}
    for override in node.variant_overrides or ():
        if not _touches_page(override.patch):
            continue
        for trait in override.traits:
            language = trait.interface_language
            if language and (language in found or len(found) < MAX_LANGUAGES):
                found[language] = _variant(language, node, override.patch, unknown)
            else:
                unknown["malformed:variantOverrides"] += 1
    return list(found.values())


def _touches_page(patch: Iterable[PatchOperation]) -> bool:
    return not all(operation.path.startswith(IN_REFERENCES) for operation in patch)


def _variant(
    language: str, node: RenderNode, patch: Iterable[PatchOperation], unknown: Counts
) -> Variant:
    patcher = Patcher(node)
    if faults := patcher.apply(patch):
        unknown["malformed:variantOverrides"] += faults
    return Variant(language, patcher.node, patcher.references())
