"""JSON patches (RFC 6902) applied to the structs of a page."""

from collections.abc import Sequence
from copy import copy
from functools import cache, cached_property, lru_cache
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec

from docc2context.model.page import PatchOperation, RenderNode
from docc2context.model.reference import Reference

PATCH_FAULTS = (
    msgspec.MsgspecError,
    LookupError,
    ValueError,
    TypeError,
    OverflowError,  # a place that no list has room for
    RecursionError,
)
"""What an operation that cannot be applied raises."""

_USUAL_CHARS = 64

_END = "-"
"""The place behind the last item of a list (RFC 6901, section 4)."""

_REFERENCES = "/references"
IN_REFERENCES = "/references/"

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
        path = operation.path
        if path.startswith(IN_REFERENCES):
            name, _, inner = path[len(IN_REFERENCES) :].partition("/")
            if inner:
                self._patch_reference(name, inner, operation)
                return
            self._inside.pop(_unescaped(name), None)
        elif path == _REFERENCES:
            self._inside.clear()
        apply_to(self._node, operation, self._own)

    def _patch_reference(self, name: str, path: str, operation: PatchOperation) -> None:
        """References are texts: what is to be patched inside is noted with the text, for later."""
        if path.partition("/")[0] not in _REFERENCE_KEYS:
            return
        name = _unescaped(name)
        if name not in self._node.references:
            raise LookupError(name)
        inner = PatchOperation(op=operation.op, path=f"/{path}", value=operation.value)
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
    tokens = _tokens(operation.path)
    parent: Any = root
    type_: _Type | None = None
    for token in tokens[:-1]:
        member = _member(parent, type_, token)
        if member is None:
            return
        key, type_ = member
        parent = _owned(parent, key, own)
    if (member := _member(parent, type_, tokens[-1])) is not None:
        _change(parent, *member, operation)


def _change(parent: Any, key: Any, type_: "_Type", operation: PatchOperation) -> None:
    match operation.op:
        case "add" if isinstance(parent, list):
            parent.insert(key, type_.decode(operation.value))
        case "add" | "replace":
            _put(parent, key, type_.decode(operation.value))
        case "remove" if isinstance(parent, list | dict):
            del parent[key]
        case "remove":
            _put(parent, key, _default(parent, key))
        case _:
            raise ValueError(operation.op)


def _put(parent: Any, key: Any, value: Any) -> None:
    if isinstance(parent, msgspec.Struct):
        setattr(parent, key, value)
    else:
        parent[key] = value


def _owned(parent: Any, key: Any, own: set[int]) -> Any:
    """A member that may be changed: a copy, the first time."""
    child = getattr(parent, key) if isinstance(parent, msgspec.Struct) else parent[key]
    if id(child) not in own:
        child = _copied(child)
        _put(parent, key, child)
        own.add(id(child))
    return child


class _Type:
    """A type of the model: how its values are decoded, and of which type their members are."""

    def __init__(self, type_: object) -> None:
        self._type = type_
        self.decode = msgspec.json.Decoder(type_).decode

    @cached_property
    def items(self) -> "_Type | None":
        """What a `list[…]`, `dict[str, …]` or either `| None` holds; None for other types."""
        members = get_args(self._type) if isinstance(self._type, UnionType) else (self._type,)
        for member in members:
            if get_origin(member) in (list, dict):
                return _Type(get_args(member)[-1])
        return None


def _tokens(path: str) -> tuple[str, ...]:
    """The steps of a JSON pointer (RFC 6901). Raises LookupError for the whole page."""
    return _usual_tokens(path) if len(path) < _USUAL_CHARS else _split(path)


def _split(path: str) -> tuple[str, ...]:
    tokens = path.split("/")[1:]
    if not tokens:
        raise LookupError(path)
    return tuple(map(_unescaped, tokens))


_usual_tokens = lru_cache(maxsize=1024)(_split)
"""Most pointers, such as `/metadata/title`, stand on page after page; long ones are not kept."""


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def _copied(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return copy(value)
    return value.copy() if isinstance(value, list | dict) else value


def _member(parent: Any, type_: _Type | None, token: str) -> tuple[Any, _Type] | None:
    """The key of a member and its type; None for what no page shows and the model leaves out."""
    if isinstance(parent, msgspec.Struct):
        return _fields(type(parent)).get(token)
    if type_ is None or type_.items is None:
        raise LookupError(token)
    if isinstance(parent, list):
        return len(parent) if token == _END else int(token), type_.items
    if isinstance(parent, dict):
        return token, type_.items
    raise LookupError(token)


@cache
def _fields(struct: type[Any]) -> dict[str, tuple[str, _Type]]:
    """By its name in JSON: the attribute of a field, and its type."""
    fields = msgspec.structs.fields(struct)
    return {field.encode_name: (field.name, _Type(field.type)) for field in fields}


_REFERENCE_KEYS = frozenset(key for struct in get_args(Reference) for key in _fields(struct))
"""What pages show of references; DocC's patches mostly name other keys."""


def _default(struct: msgspec.Struct, name: str) -> Any:
    field = next(field for field in msgspec.structs.fields(struct) if field.name == name)
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default
