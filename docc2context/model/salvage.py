"""The second look at a page that strict decoding refused: keep what fits, count what does not.

The walk follows the types of the model and visits each JSON value once. Where a union meets
a tag that it does not know, the value becomes the union's `Unknown…` struct with the text and
content found in it, so that nothing a page says is dropped silently. A bare value that belongs in a
list, or in an object that carries it, is treated as if it were there; superfluous brackets around
strings and objects are ignored.
"""

from contextlib import suppress
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import inspect

from docc2context.model.base import UNKNOWN
from docc2context.model.counts import Counts
from docc2context.model.misplaced import (
    as_member,
    as_object,
    holds_only_objects,
    says_nothing,
    words_within,
    wrapping_type,
)
from docc2context.model.surrogates import LONE_SURROGATE
from docc2context.model.unknown_content import ContentFinder, found_abstract, found_words

_IS_REQUIRED = attrgetter("required")

_MAX_MISFITS = 100_000
"""On one page, strings in unknown objects and misplaced lists included: each takes hundreds of
bytes of memory, with what is made of it, and as little as two of JSON. None of 5,700 real pages has
any."""


class TooManyMisfits(msgspec.DecodeError):
    """A page has so many that keeping what fits would take memory out of proportion."""

    def __init__(self) -> None:
        super().__init__(f"over {_MAX_MISFITS:,} unknown or malformed nodes and strings")


class _Misfit(Exception):
    """A value does not have the shape that its place asks for."""


@cache
def _info(type_: object) -> inspect.Type:
    return inspect.type_info(type_)


class Salvager:
    """Fits untyped JSON of one page, or of one reference, to types of the model.

    `unknown` counts what did not fit: `block:poll` for a block with the tag `poll`,
    `malformed:Parameter` for an object that lacks what it must have.
    """

    def __init__(self, unknown: Counts) -> None:
        self._unknown = unknown
        self._left = _MAX_MISFITS - sum(unknown.values()) + unknown.get(LONE_SURROGATE, 0)
        self._finder = ContentFinder(self._take)

    def salvage(self, value: object, type_: object) -> Any:
        """The value as `type_`, a struct, a union or a list; None if not even its shape fits.

        Raises TooManyMisfits.
        """
        try:
            return self._fit(value, _info(type_))
        except _Misfit:
            return None

    def count(self, kind: str) -> None:
        """Count one more that does not fit. Raises TooManyMisfits."""
        self._unknown[kind] += 1
        self._take()

    def blocks_within(self, value: dict[str, Any]) -> list[dict[str, Any]]:
        """What an object of no known type says, as raw blocks. Raises TooManyMisfits."""
        return self._finder.blocks(value)

    def _take(self, misfits: int = 1) -> None:
        self._left -= misfits
        if self._left < 0:
            raise TooManyMisfits

    def _fit(self, value: Any, type_: inspect.Type) -> Any:
        match type_:
            case inspect.StructType():
                return self._fit_struct(value, type_)
            case inspect.UnionType():
                return self._fit_union(value, type_)
            case inspect.ListType():
                return self._fit_list(value, type_.item_type)
            case inspect.DictType():
                return self._fit_dict(value, type_.value_type)
            case inspect.StrType():
                return _text(value)
            case inspect.LiteralType():
                return _fitting(value, value in type_.values)
            case inspect.BoolType():
                return _fitting(value, isinstance(value, bool))
            case inspect.IntType():
                return _whole(value)
            case inspect.RawType():
                return msgspec.Raw(msgspec.json.encode(value))
            case inspect.NoneType():
                return _fitting(value, value is None)
            case _:
                raise TypeError(f"the model uses a type that salvage does not know: {type_}")

    def _fit_struct(self, value: Any, type_: inspect.StructType) -> Any:
        if not isinstance(value, dict):
            raise _Misfit
        fields = {}
        # Required fields go first, to give up a struct before anything deep in it is fitted:
        # `_fit_unknown` fits that again, and twice at each level would be 2^depth times.
        for field in sorted(type_.fields, key=_IS_REQUIRED, reverse=True):
            found = value.get(field.encode_name)
            if found is None and field.required:
                raise _Misfit
            if found is None:
                continue
            misfit = f"{type_.cls.__name__}.{field.encode_name}"
            try:
                fields[field.name] = self._fit_member(found, field.type, misfit)
            except _Misfit:
                if field.required:
                    raise
        return type_.cls(**fields)

    def _fit_member(self, value: Any, type_: inspect.Type, misfit: str) -> Any:
        """A field's value; where a string belongs, those of a list are joined."""
        try:
            return self._fit_or_wrap(value, type_, misfit)
        except _Misfit:
            if not (words := words_within(value, type_)):
                raise
        self._take(len(words))
        return " ".join(words)

    def _fit_union(self, value: Any, type_: inspect.UnionType) -> Any:
        by_tag = _by_tag(type_)
        if UNKNOWN in by_tag:
            return self._fit_tagged(value, by_tag)
        for member in type_.types:
            try:
                return self._fit(value, member)
            except _Misfit:
                continue
        raise _Misfit

    def _fit_tagged(self, value: Any, by_tag: dict[Any, inspect.StructType]) -> Any:
        fallback = by_tag[UNKNOWN]
        value = as_member(value, fallback)
        if not isinstance(value, dict):
            raise _Misfit
        tag = _tag(value, fallback.tag_field)
        if (known := by_tag.get(tag)) is None:
            self.count(f"{_family(fallback)}:{tag}")
            return self._fit_unknown(value, tag, fallback)
        try:
            return self._fit_struct(value, known)
        except _Misfit:
            self.count(f"malformed:{known.cls.__name__}")
            return self._fit_unknown(value, tag, fallback)

    def _fit_unknown(self, value: dict[str, Any], tag: str, type_: inspect.StructType) -> Any:
        """The union's `Unknown…` struct, with the words and content under any key."""
        fields: dict[str, Any] = {"name": tag}
        for field in type_.fields:
            match field.name:
                case "content":
                    fields["content"] = self._fit(self._finder.blocks(value), field.type)
                case "inline_content":
                    fields["inline_content"] = self._fit(self._finder.inlines(value), field.type)
                case "abstract":
                    fields["abstract"] = self._fit(found_abstract(value), field.type)
                case "text":
                    fields["text"] = found_words(value)
                case "title" | "url":
                    fields[field.name] = _string(value.get(field.name))
        return type_.cls(**fields)

    def _fit_list(self, value: Any, item_type: inspect.Type) -> list[Any]:
        if not isinstance(value, list):
            raise _Misfit
        fallback = _fallback(item_type)
        items = []
        for item in value:
            if fallback and holds_only_objects(item):
                self.count(f"{_family(fallback)}:list")
                items += self._fit_list(item, item_type)
                continue
            try:
                items.append(self._fit_or_wrap(item, item_type, _name(item_type)))
            except _Misfit:
                if isinstance(item, list):  # as if its brackets were not there
                    items += self._fit_list(item, item_type)
        return items

    def _fit_dict(self, value: Any, value_type: inspect.Type) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _Misfit
        items = {}
        for key, item in value.items():
            with suppress(_Misfit):
                items[key] = self._fit_or_wrap(item, value_type, _name(value_type))
        return items

    def _fit_or_wrap(self, value: Any, type_: inspect.Type, misfit: str) -> Any:
        """The value as this type; what does not fit is counted under `misfit`, and wrapped."""
        try:
            return self._fit(value, type_)
        except _Misfit:
            self.count(f"malformed:{misfit}")
            return self._fit_wrapped(value, type_)

    def _fit_wrapped(self, value: Any, type_: inspect.Type) -> Any:
        """A misfit in a list or struct that can hold it. Raises _Misfit if there is none.

        This fits nothing a second time: a list and such a struct are given up at their outermost
        shape, before anything below the value.
        """
        match wrapping_type(type_):
            case inspect.ListType(item_type=item_type):
                return [] if says_nothing(value) else self._fit_list([value], item_type)
            case inspect.StructType() as struct if found := as_object(value, struct):
                return self._fit_struct(found, struct)
            case _:
                raise _Misfit


def _fitting(value: Any, fits: bool) -> Any:
    if not fits:
        raise _Misfit
    return value


def _text(value: Any) -> str:
    """A string; a number where a string belongs reads as its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Misfit
    return str(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise _Misfit
    return int(value)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _tag(value: dict[str, Any], tag_field: str | None) -> str:
    """The tag of an object; the published schema tags rows and tabs by `kind` instead of `type`."""
    for key in (tag_field, "type", "kind"):
        if key is not None and isinstance(tag := value.get(key), str):
            return tag
    return "untagged"


_tagged: dict[int, dict[Any, inspect.StructType]] = {}
"""What `_by_tag` has found, by the ids of types; these last, because `_info` keeps them."""


def _by_tag(type_: inspect.UnionType) -> dict[Any, inspect.StructType]:
    found = _tagged.get(id(type_))
    if found is None:
        structs = [member for member in type_.types if isinstance(member, inspect.StructType)]
        found = _tagged[id(type_)] = {member.tag: member for member in structs}
    return found


def _fallback(type_: inspect.Type) -> inspect.StructType | None:
    """The `Unknown…` struct of a tagged union; None for other types."""
    return _by_tag(type_).get(UNKNOWN) if isinstance(type_, inspect.UnionType) else None


def _family(fallback: inspect.StructType) -> str:
    return fallback.cls.__name__.removeprefix("Unknown").lower()


def _name(type_: inspect.Type) -> str:
    return type_.cls.__name__ if isinstance(type_, inspect.StructType) else "value"
