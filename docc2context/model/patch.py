"""Applies the patches that turn a page into another language's, to its structs and references."""

from collections.abc import Iterable, Mapping
from copy import copy
from typing import get_args

import msgspec

from docc2context.model.json_patch import PATCH_FAULTS, apply_to, fields_by_key, unescaped
from docc2context.model.page import PatchOperation, RenderNode
from docc2context.model.reference import Reference
from docc2context.model.salvage import Salvager

_REFERENCES = "/references"
IN_REFERENCES = "/references/"

_REFERENCE_KEYS = frozenset(key for struct in get_args(Reference) for key in fields_by_key(struct))
"""The keys of references that pages show; DocC's patches mostly name others."""

_decode_title = msgspec.json.Decoder(str).decode


class PatchedText(msgspec.Struct, frozen=True, gc=False):
    """The text of a reference, and operations on its content, each with its path inside it."""

    text: msgspec.Raw
    operations: list[tuple[str, PatchOperation]]


ReferenceText = msgspec.Raw | PatchedText


def new_title(text: PatchedText) -> str | None:
    """The title that the operations give; None if they change anything else, or give none."""
    match text.operations:
        case [("/title", PatchOperation(op="add" | "replace", value=value))]:
            try:
                return _decode_title(value)
            except (msgspec.DecodeError, UnicodeDecodeError):
                return None
        case _:
            return None


class Patcher:
    """Applies operations to a copy of a page; only what lies on an operation's path is copied.

    `salvager` keeps what fits of values that do not fit as they are.
    """

    def __init__(self, node: RenderNode, salvager: Salvager) -> None:
        self.node: RenderNode = copy(node)
        """The page as patched, except for its references."""
        self._salvager = salvager
        self._own = {id(self.node)}
        self._inside: dict[str, list[tuple[str, PatchOperation]]] = {}

    def references(self) -> Mapping[str, ReferenceText]:
        """The references as patched."""
        texts = self.node.references
        if not self._inside:
            return texts
        patched = {name: PatchedText(texts[name], inside) for name, inside in self._inside.items()}
        return {**texts, **patched}

    def apply(self, operations: Iterable[PatchOperation]) -> int:
        """Apply what can be applied, in order; return how many operations could not be."""
        faults = 0
        for operation in operations:
            path = operation.path
            try:
                if path.startswith(IN_REFERENCES):
                    self._apply_to_reference(path[len(IN_REFERENCES) :], operation)
                else:
                    apply_to(self.node, path, operation, self._own, self._salvager)
                    if path == _REFERENCES:
                        self._inside.clear()
            except PATCH_FAULTS:
                faults += 1
        return faults

    def _apply_to_reference(self, path: str, operation: PatchOperation) -> None:
        """References are texts: operations inside one are recorded beside its text."""
        name, slash, inner = path.partition("/")
        if slash and inner.partition("/")[0] not in _REFERENCE_KEYS:
            return
        if "~" in name:
            name = unescaped(name)
        if not slash:
            apply_to(self.node, operation.path, operation, self._own, self._salvager)
            self._inside.pop(name, None)
        elif name in self.node.references:
            self._inside.setdefault(name, []).append((f"/{inner}", operation))
        else:
            raise LookupError(name)
