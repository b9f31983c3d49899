"""Values where something else belongs, and what could hold them there."""

from msgspec import inspect

_CARRIERS = ("content", "inline_content", "code")
"""Fields of structs that hold content."""


def carrier(type_: inspect.Type) -> inspect.Type | None:
    """The list or the struct with content that a place asks for; None if it asks for neither.

    Members of tagged unions do not count: these have an `Unknown…` struct for what they lack.
    """
    match type_:
        case inspect.UnionType(types=members):
            return next(filter(None, map(carrier, members)), None)
        case inspect.ListType():
            return type_
        case inspect.StructType(tag=None) if _carriers(type_):
            return type_
        case _:
            return None


def carrying(value: object, type_: inspect.StructType) -> dict[str, object]:
    """An object that holds a bare value: a string is its name if it has one, else its content."""
    names = {field.encode_name for field in type_.fields}
    if isinstance(value, str) and "name" in names:
        return {"name": value}
    return dict.fromkeys(_carriers(type_), value)


def is_silent(value: object) -> bool:
    """Whether a value says nothing by itself."""
    return value is None or isinstance(value, bool)


def as_member(value: object, fallback: inspect.StructType) -> object:
    """An object for a value where a member of a tagged union belongs, if it says something.

    `fallback` is the union's `Unknown…` struct; numbers and lists need one with content.
    """
    if isinstance(value, str):
        return {"type": "string", "text": value}
    if is_silent(value) or not _carriers(fallback):
        return value
    if isinstance(value, int | float):
        return {"type": "number", "text": str(value)}
    if isinstance(value, list):
        return {"type": "list", "content": value}
    return value


def _carriers(type_: inspect.StructType) -> list[str]:
    return [field.encode_name for field in type_.fields if field.name in _CARRIERS]
