"""JSON patches (RFC 6902) applied to the structs of a page."""

from collections.abc import Hashable, Sequence
from copy import copy
from functools import cache, lru_cache
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec

from docc2context.model.page import PatchOperation, RenderNode
from docc2context.model.reference import Reference

PATCH_FAULTS = (msgspec.MsgspecError, LookupError, ValueError, TypeError)
"""What an operation that cannot be applied raises."""

_END = "-"
"""The place behind the last item of a list (RFC 6901, section 4)."""

_PATCH_MARK = b"\0"
"""No JSON text holds it."""

_encode = msgspec.json.Encoder().encode
_operations = msgspec.json.Decoder(list[PatchOperation])


class Patcher:
    """Applies operations to a copy of a page; only what lies on an operation's path is copied."""

    def __init__(self, node: RenderNode) -> None:
        self._node: RenderNode = _copied(node)
        self._own = {id(self._node)}
        self._inside: dict[str, list[PatchOperation]] = {}

    def result(self) -> RenderNode:
        """The page as it has become."""
        if self._inside:
            texts = self._node.references
            patched = {name: patched_text(texts[name], ops) for name, ops in self._inside.items()}
            self._node.references = {**texts, **patched}
        return self._node

    def apply(self, operation: PatchOperation) -> None:
        """Apply an operation. Raises one of PATCH_FAULTS, and changes nothing, if it cannot be."""
        match _tokens(operation.path):
            case ("references", name, key, *_):
                if key in _REFERENCE_KEYS:
                    self._patch_reference(name, operation)
                return
            case ("references", name):
                self._inside.pop(name, None)
            case ("references",):
                self._inside.clear()
        apply_to(self._node, operation, self._own)

    def _patch_reference(self, name: str, operation: PatchOperation) -> None:
        """References are texts: what is to be patched inside is noted with the text, for later."""
        if name not in self._node.references:
            raise LookupError(name)
        path = "/" + operation.path.split("/", 3)[3]
        inner = PatchOperation(op=operation.op, path=path, value=operation.value)
        self._inside.setdefault(name, []).append(inner)


def patched_text(text: msgspec.Raw, operations: Sequence[PatchOperation]) -> msgspec.Raw:
    """The text of a value with the operations on it behind, which `split_patched` tells apart.

    The text is as good as the value: equal texts say the same.
    """
    return msgspec.Raw(bytes(text) + _PATCH_MARK + _encode(operations))


def split_patched(text: bytes) -> tuple[bytes, list[PatchOperation]]:
    """The text of a value, and the operations on it that `patched_text` put behind."""
    value, mark, operations = text.partition(_PATCH_MARK)
    return value, _operations.decode(operations) if mark else []


def apply_to(root: msgspec.Struct, operation: PatchOperation, own: set[int]) -> None:
    """Apply an operation to a struct. Raises one of PATCH_FAULTS if it cannot be.

    `own` are the ids of what may be changed: what else lies on the path is copied, and then own.
    """
    place = _place(root, _tokens(operation.path), own)
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


class _Place(msgspec.Struct, frozen=True, gc=False):
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


def _place(root: msgspec.Struct, tokens: tuple[str, ...], own: set[int]) -> _Place | None:
    """Where a JSON pointer leads; None for what no page shows and the model leaves out."""
    parent: Any = root
    parent_type: Any = type(root)
    for token in tokens[:-1]:
        place = _member(parent, parent_type, token)
        if place is None:
            return None
        parent, parent_type = place.get(), place.type
        if id(parent) not in own:
            parent = _copied(parent)
            place.put(parent)
            own.add(id(parent))
    return _member(parent, parent_type, tokens[-1])


@lru_cache(maxsize=1024)
def _tokens(path: str) -> tuple[str, ...]:
    """The steps of a JSON pointer (RFC 6901). Raises LookupError for the whole page."""
    tokens = path.split("/")[1:]
    if not tokens:
        raise LookupError(path)
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def _copied(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return copy(value)
    return value.copy() if isinstance(value, list | dict) else value


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
    decoder: msgspec.json.Decoder[Any] = _decoder(place.type)
    return decoder.decode(operation.value)


@cache
def _fields(struct: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(struct)}


_REFERENCE_KEYS = frozenset(key for struct in get_args(Reference) for key in _fields(struct))
"""What pages show of references; DocC's patches mostly name other keys."""


@cache
def _decoder(type_: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_)


@cache
def _item_type(type_: Any, container: type) -> Any:
    """The type of what a `list[…]`, `dict[str, …]` or either `| None` holds."""
    for member in get_args(type_) if isinstance(type_, UnionType) else (type_,):
        if get_origin(member) is container:
            return get_args(member)[-1]
    raise LookupError(type_)


def _default(place: _Place) -> Any:
    struct: type[msgspec.Struct] = type(place.parent)
    field = next(field for field in _fields(struct).values() if field.name == place.key)
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default
