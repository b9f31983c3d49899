"""Other languages of a page: it carries patches that turn it into its Objective-C self."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from docc2context.model.counts import Counts
from docc2context.model.page import PatchOperation, RenderNode, VariantOverride
from docc2context.model.patch import IN_REFERENCES, Patcher, ReferenceText
from docc2context.model.salvage import Salvager

Language = Literal["all", "swift", "occ"]

MAX_LANGUAGES = 4
"""Further languages of a page; DocC knows two in all, and each costs a page of memory."""


class Variant(msgspec.Struct, frozen=True, gc=False):
    """A page in one more language, such as `occ`, and what its identifiers stand for.

    `node` holds the references of the page's own language.
    """

    language: str
    node: RenderNode
    references: Mapping[str, ReferenceText]


def variants(node: RenderNode, unknown: Counts) -> list[Variant]:
    """The page in its other languages, each once, with all its overrides applied in order.

    DocC writes one override per language. Where there are more, its web page applies only the
    first; here none is lost. An operation that cannot be applied is counted as
    `malformed:variantOverrides` and left out. Patches that only rename what a page mentions make no
    variant: DocC writes them for pages that do not exist in the language
    (DOCS/ADR/0011-renaming-patches.md).
    """
    by_language: dict[str, list[VariantOverride]] = {}
    touching: set[str] = set()
    for override in node.variant_overrides or ():
        touches = _touches_page(override.patch)
        for trait in override.traits:
            language = trait.interface_language or ""
            if (overrides := by_language.get(language)) is None:
                by_language[language] = [override]
            elif overrides[-1] is not override:  # one override may name a language twice
                overrides.append(override)
            if touches:
                touching.add(language)
    found: list[Variant] = []
    for language, overrides in by_language.items():
        if language not in touching:
            continue
        if language and len(found) < MAX_LANGUAGES:
            found.append(_variant(language, node, overrides, unknown))
        else:
            unknown["malformed:variantOverrides"] += len(overrides)
    return found


def _touches_page(patch: Iterable[PatchOperation]) -> bool:
    return not all(operation.path.startswith(IN_REFERENCES) for operation in patch)


def _variant(
    language: str, node: RenderNode, overrides: Iterable[VariantOverride], unknown: Counts
) -> Variant:
    patcher = Patcher(node, Salvager(unknown))
    for override in overrides:
        if faults := patcher.apply(override.patch):
            unknown["malformed:variantOverrides"] += faults
    return Variant(language, patcher.node, patcher.references())
