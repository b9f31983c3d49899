"""JSON patches (RFC 6902) applied to the structs of a page."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import cache, cached_property
from types import UnionType
from typing import Any, NamedTuple, get_args, get_origin

import msgspec

from docc2context.model.page import PatchOperation, RenderNode
from docc2context.model.page_keys import KNOWN_KEYS
from docc2context.model.reference import Reference

PATCH_FAULTS = (
    msgspec.MsgspecError,
    LookupError,
    ValueError,
    TypeError,
    OverflowError,  # an index that no list can have
    RecursionError,
)
"""What an operation that cannot be applied raises."""

_END = "-"
"""The place behind the last item of a list (RFC 6901, section 4)."""

_REFERENCES = "/references"
IN_REFERENCES = "/references/"

_WRITES = frozenset({"add", "replace"})
"""The operations that do the same to a struct's field: set it."""


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
                return msgspec.json.decode(value, type=str)
            except msgspec.DecodeError:
                return None
        case _:
            return None


class Patcher:
    """Applies operations to a copy of a page; only what lies on an operation's path is copied."""

    def __init__(self, node: RenderNode) -> None:
        self.node: RenderNode = copy(node)
        """The page as patched, except for its references."""
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
                    apply_to(self.node, path, operation, self._own)
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
            name = _unescaped(name)
        if not slash:
            apply_to(self.node, operation.path, operation, self._own)
            self._inside.pop(name, None)
        elif name in self.node.references:
            self._inside.setdefault(name, []).append((f"/{inner}", operation))
        else:
            raise LookupError(name)


def apply_to(root: msgspec.Struct, path: str, operation: PatchOperation, own: set[int]) -> None:
    """Apply an operation to what `path` leads to. Raises one of PATCH_FAULTS if it cannot be.

    `own` has the ids of what may be changed: anything else on the path is copied, and then added.
    """
    place = _places(type(root)).get(path)
    if place is None or operation.op not in _WRITES:
        _apply_along(root, path, operation, own)
        return
    way, name, decode = place
    for attribute in way:
        root = _owned(root, attribute, own)
    setattr(root, name, decode(operation.value))


def _apply_along(root: msgspec.Struct, path: str, operation: PatchOperation, own: set[int]) -> None:
    """Apply an operation, whatever its path leads through."""
    *way, last = _tokens(path)
    parent: Any = root
    type_: _Type | None = None
    for token in way:
        member = _member(parent, type_, token)
        if member is None:
            return
        key, type_ = member
        parent = _owned(parent, key, own)
    if (member := _member(parent, type_, last)) is not None:
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
    """A type of the model: how its values are decoded, and the type of their members."""

    def __init__(self, type_: object) -> None:
        self._type = type_
        self.decode = msgspec.json.Decoder(type_).decode

    @property
    def struct(self) -> type[msgspec.Struct] | None:
        """The struct that this is, if it is always one."""
        type_ = self._type
        return type_ if isinstance(type_, type) and issubclass(type_, msgspec.Struct) else None

    @cached_property
    def items(self) -> "_Type | None":
        """What a `list[…]`, `dict[str, …]` or either `| None` holds; None for other types."""
        members = get_args(self._type) if isinstance(self._type, UnionType) else (self._type,)
        for member in members:
            if get_origin(member) in (list, dict):
                return _Type(get_args(member)[-1])
        return None


class _Place(NamedTuple):
    """A field that only structs lead to."""

    way: tuple[str, ...]
    name: str
    decode: Callable[[msgspec.Raw], object]


@cache
def _places(root: type[msgspec.Struct]) -> dict[str, _Place]:
    """Places by JSON pointer, such as `/metadata/title`: most patches are for these."""
    places: dict[str, _Place] = {}
    for key, (name, type_) in _fields(root).items():
        places[f"/{key}"] = _Place((), name, type_.decode)
        for rest, place in _places(type_.struct).items() if type_.struct else ():
            places[f"/{key}{rest}"] = place._replace(way=(name, *place.way))
    return places


def _tokens(path: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901). Raises LookupError for the whole page."""
    tokens = path.split("/")[1:]
    if not tokens:
        raise LookupError(path)
    return list(map(_unescaped, tokens)) if "~" in path else tokens


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def _copied(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return copy(value)
    return value.copy() if isinstance(value, list | dict) else value


def _member(parent: Any, type_: _Type | None, token: str) -> tuple[Any, _Type] | None:
    """The key of a member and its type; None for what the model leaves out: no page shows it."""
    if isinstance(parent, RenderNode) and token not in KNOWN_KEYS:
        raise LookupError(token)  # its content is known only for the page's own language
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
    """The attribute of each field and its type, by its name in JSON."""
    fields = msgspec.structs.fields(struct)
    return {field.encode_name: (field.name, _Type(field.type)) for field in fields}


_REFERENCE_KEYS = frozenset(key for struct in get_args(Reference) for key in _fields(struct))
"""The keys of references that pages show; DocC's patches mostly name others."""


def _default(struct: msgspec.Struct, name: str) -> Any:
    field = next(field for field in msgspec.structs.fields(struct) if field.name == name)
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default
