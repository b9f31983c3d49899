"""Other languages of a page: it carries patches that turn it into its Objective-C self."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from docc2context.model.counts import Counts
from docc2context.model.page import PatchOperation, RenderNode
from docc2context.model.patch import IN_REFERENCES, PATCH_FAULTS, Patcher

Language = Literal["all", "swift", "occ"]

MAX_LANGUAGES = 4
"""Further languages of a page; DocC knows two in all, and each costs a page of memory."""


class Variant(msgspec.Struct, frozen=True, gc=False):
    """A page as it is for one more language, such as `occ`."""

    language: str
    node: RenderNode


def variants(node: RenderNode, unknown: Counts) -> list[Variant]:
    """The page in its other languages, each once.

    An operation that cannot be applied is counted as `malformed:variantOverrides` and left out.
    Patches that only rename what a page mentions make no variant: DocC writes them for pages that
    do not exist in the language (DOCS/ADR/0011-renaming-patches.md).
    """
    found: dict[str, Variant] = {}
    for override in node.variant_overrides or []:
        if all(operation.path.startswith(IN_REFERENCES) for operation in override.patch):
            continue
        for trait in override.traits:
            language = trait.interface_language
            if language and (language in found or len(found) < MAX_LANGUAGES):
                found[language] = Variant(language, _patched(node, override.patch, unknown))
            else:
                unknown["malformed:variantOverrides"] += 1
    return list(found.values())


def _patched(node: RenderNode, patch: Sequence[PatchOperation], unknown: Counts) -> RenderNode:
    patcher = Patcher(node)
    for operation in patch:
        try:
            patcher.apply(operation)
        except PATCH_FAULTS:
            unknown["malformed:variantOverrides"] += 1
    return patcher.result()


def in_language(
    node: RenderNode, others: list[Variant], language: Language
) -> tuple[RenderNode, list[Variant]]:
    """The page to show, and in which further languages: of `all`, or as it is in one alone.

    A page that does not exist in the language asked for is shown as it is.
    """
    if language == "all":
        return node, others
    return next((other.node for other in others if other.language == language), node), []
