"""Other languages of a page: JSON patches (RFC 6902) that turn it into its Objective-C self."""

import copy
from collections import Counter
from collections.abc import Sequence
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin

import msgspec

from docc2context.model.page import PatchOperation, RenderNode

Language = Literal["all", "swift", "occ"]

MAX_LANGUAGES = 4
"""Further languages of a page; DocC knows two in all, and each costs a page of memory."""

_END = "-"
"""The place behind the last item of a list (RFC 6901, section 4)."""

_PATCH_FAULTS = (msgspec.MsgspecError, LookupError, ValueError, TypeError)


class Variant(msgspec.Struct, frozen=True):
    """A page as it is for one more language, such as `occ`."""

    language: str
    node: RenderNode


def variants(node: RenderNode, unknown: Counter[str]) -> list[Variant]:
    """The page in its other languages, each once.

    An operation that cannot be applied is counted as `malformed:variantOverrides` and left out.
    """
    found: dict[str, Variant] = {}
    for override in node.variant_overrides or []:
        for trait in override.traits:
            language = trait.interface_language
            if language and (language in found or len(found) < MAX_LANGUAGES):
                found[language] = Variant(language, _patched(node, override.patch, unknown))
            else:
                unknown["malformed:variantOverrides"] += 1
    return list(found.values())


def _patched(
    node: RenderNode, patch: Sequence[PatchOperation], unknown: Counter[str]
) -> RenderNode:
    patcher = _Patcher(node)
    for operation in patch:
        try:
            patcher.apply(operation)
        except _PATCH_FAULTS:
            unknown["malformed:variantOverrides"] += 1
    return patcher.node


def in_language(
    node: RenderNode, others: list[Variant], language: Language
) -> tuple[RenderNode, list[Variant]]:
    """The page to show, and in which further languages: of `all`, or as it is in one alone.

    A page that does not exist in the language asked for is shown as it is.
    """
    if language == "all":
        return node, others
    return next((other.node for other in others if other.language == language), node), []


class _Place(msgspec.Struct, frozen=True):
    """A member of an object or array: what holds it, under which key, and which type it has."""

    parent: Any
    key: Any
    type: Any

    def get(self) -> Any:
        if isinstance(self.parent, msgspec.Struct):
            return getattr(self.parent, self.key)
        return self.parent[self.key]

    def put(self, value: Any) -> None:
        if isinstance(self.parent, msgspec.Struct):
            setattr(self.parent, self.key, value)
        else:
            self.parent[self.key] = value


class _Patcher:
    """Applies operations to a copy; only what lies on an operation's path is copied."""

    def __init__(self, node: RenderNode) -> None:
        self.node = copy.copy(node)
        self._own = {id(self.node)}

    def apply(self, operation: PatchOperation) -> None:
        place = self._place(operation.path)
        if place is None:
            return
        match operation.op:
            case "add" if isinstance(place.parent, list):
                place.parent.insert(place.key, _decoded(operation, place))
            case "add" | "replace":
                place.put(_decoded(operation, place))
            case "remove" if isinstance(place.parent, list | dict):
                del place.parent[place.key]
            case "remove":
                place.put(_default(place))
            case _:
                raise ValueError(operation.op)

    def _place(self, path: str) -> _Place | None:
        """Where a JSON pointer leads; None for what no page shows and the model leaves out."""
        parent: Any = self.node
        parent_type: Any = RenderNode
        *steps, last = (
            token.replace("~1", "/").replace("~0", "~") for token in path.split("/")[1:]
        )
        for token in steps:
            place = _member(parent, parent_type, token)
            if place is None:
                return None
            parent, parent_type = self._owned(place), place.type
        return _member(parent, parent_type, last)

    def _owned(self, place: _Place) -> Any:
        child = place.get()
        if id(child) not in self._own:
            child = copy.copy(child)
            place.put(child)
            self._own.add(id(child))
        return child


def _member(parent: Any, type_: Any, token: str) -> _Place | None:
    if isinstance(parent, msgspec.Struct):
        struct: type[msgspec.Struct] = type(parent)
        field = _fields(struct).get(token)
        return None if field is None else _Place(parent, field.name, field.type)
    if isinstance(parent, list):
        return _Place(parent, len(parent) if token == _END else int(token), _item_type(type_, list))
    if isinstance(parent, dict):
        return _Place(parent, token, _item_type(type_, dict))
    raise LookupError(token)


def _decoded(operation: PatchOperation, place: _Place) -> Any:
    return _decoder(place.type).decode(operation.value)


@cache
def _fields(struct: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(struct)}


@cache
def _decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_)


def _item_type(type_: Any, container: type) -> Any:
    """The type of what a `list[…]`, `dict[str, …]` or either `| None` holds."""
    for member in get_args(type_) if isinstance(type_, UnionType) else (type_,):
        if get_origin(member) is container:
            return get_args(member)[-1]
    raise LookupError(type_)


def _default(place: _Place) -> Any:
    parent: type[msgspec.Struct] = type(place.parent)
    field = next(field for field in _fields(parent).values() if field.name == place.key)
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default
