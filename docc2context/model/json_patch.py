"""One operation of a JSON patch (RFC 6902), applied to structs of the model."""

from copy import copy
from functools import cache, cached_property
from types import UnionType
from typing import Any, NamedTuple, get_args, get_origin

import msgspec

from docc2context.model.page import PatchOperation, RenderNode
from docc2context.model.page_keys import KNOWN_KEYS
from docc2context.model.salvage import Salvager

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
"""The place after the last item of a list (RFC 6901, section 4)."""

_MAX_MOVED = 10_000
"""How many items of a list may follow the place where an operation adds one, or begin with the one
that it removes: a patch of that many operations would otherwise take the square of it."""

_WRITES = frozenset({"add", "replace"})
"""The operations that do the same to a struct's field: set it."""


def apply_to(
    root: msgspec.Struct, path: str, operation: PatchOperation, own: set[int], salvager: Salvager
) -> None:
    """Apply an operation to what `path` leads to. Raises one of PATCH_FAULTS if it cannot be.

    `own` has the ids of what may be changed: anything else on the path is copied, and the copy's id
    added. `salvager` keeps what fits of a value that does not fit as it is.
    """
    place = _places(type(root)).get(path)
    if place is None or operation.op not in _WRITES:
        if not _is_left_out(type(root), path):
            _apply_along(root, path, operation, own, salvager)
        return
    way, name, type_ = place
    for attribute in way:
        root = _owned(root, attribute, own)
    setattr(root, name, type_.decode(operation.value, salvager))


def _apply_along(
    root: msgspec.Struct, path: str, operation: PatchOperation, own: set[int], salvager: Salvager
) -> None:
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
        _change(parent, *member, operation, salvager)


def _change(
    parent: Any, key: Any, type_: "_Type", operation: PatchOperation, salvager: Salvager
) -> None:
    match operation.op:
        case "add" | "remove" if isinstance(parent, list) and len(parent) - key > _MAX_MOVED:
            raise ValueError(key)
        case "add" if isinstance(parent, list):
            parent.insert(key, type_.decode(operation.value, salvager))
        case "add" | "replace":
            _put(parent, key, type_.decode(operation.value, salvager))
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
        self._strict = msgspec.json.Decoder(type_).decode

    def decode(self, value: msgspec.Raw, salvager: Salvager) -> Any:
        """The value as this type, as far as it fits. Raises msgspec.DecodeError if nothing does."""
        try:
            return self._strict(value)
        except msgspec.ValidationError:
            if (found := salvager.salvage(msgspec.json.decode(value), self._type)) is None:
                raise
            return found

    @property
    def struct(self) -> type[msgspec.Struct] | None:
        """The struct, if values of this type are always one."""
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
    """A field that only structs lead to: the attributes on the way to it, its own, its type."""

    way: tuple[str, ...]
    name: str
    type: _Type


@cache
def _places(root: type[msgspec.Struct]) -> dict[str, _Place]:
    """Places by JSON pointer, such as `/metadata/title`: most patches are for these."""
    places: dict[str, _Place] = {}
    for key, (name, type_) in fields_by_key(root).items():
        places[f"/{key}"] = _Place((), name, type_)
        for rest, place in _places(type_.struct).items() if type_.struct else ():
            places[f"/{key}{rest}"] = place._replace(way=(name, *place.way))
    return places


def _is_left_out(root: type[msgspec.Struct], path: str) -> bool:
    """Whether a path leads to a key of a struct, such as `/metadata/fragments`, that no page shows.

    This is only to be fast: `_apply_along` would find that out, too, and DocC writes one or two
    such operations a page.
    """
    above, _, key = path.rpartition("/")
    struct = _structs(root).get(above)
    return struct is not None and key not in fields_by_key(struct)


@cache
def _structs(root: type[msgspec.Struct]) -> dict[str, type[msgspec.Struct]]:
    """The structs of a page that are always there, by JSON pointer."""
    fields = fields_by_key(root).items()
    return {f"/{key}": type_.struct for key, (_, type_) in fields if type_.struct}


def _tokens(path: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901). Raises LookupError for none: the whole page."""
    tokens = path.split("/")[1:]
    if not tokens:
        raise LookupError(path)
    return list(map(unescaped, tokens)) if "~" in path else tokens


def unescaped(token: str) -> str:
    """A step of a JSON pointer, read (RFC 6901, section 4)."""
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
        return fields_by_key(type(parent)).get(token)
    if type_ is None or type_.items is None:
        raise LookupError(token)
    if isinstance(parent, list):
        return len(parent) if token == _END else _index(token), type_.items
    if isinstance(parent, dict):
        return token, type_.items
    raise LookupError(token)


def _index(token: str) -> int:
    """A place in a list (RFC 6901, section 4). Raises LookupError, ValueError."""
    if not token.isdecimal():  # to Python, -1 would be the last
        raise LookupError(token)
    return int(token)


@cache
def fields_by_key(struct: type[Any]) -> dict[str, tuple[str, _Type]]:
    """The attribute of each field and its type, by its name in JSON."""
    fields = msgspec.structs.fields(struct)
    return {field.encode_name: (field.name, _Type(field.type)) for field in fields}


def _default(struct: msgspec.Struct, name: str) -> Any:
    """What a field is without a value. Raises LookupError for one that must have a value."""
    field = next(field for field in msgspec.structs.fields(struct) if field.name == name)
    if field.required:
        raise LookupError(name)
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default
