"""Values where something else belongs, and the lists and objects that can hold them there."""

from msgspec import inspect

_CONTENT_FIELDS = ("content", "inline_content", "code", "tokens")
"""Fields of structs that can hold any content."""

_WORD_FIELDS = ("name", "text", "title")
"""Fields in which structs have their name or their words; of several, the first counts."""


def wrapping_type(type_: inspect.Type) -> inspect.Type | None:
    """The type that can hold a bare value in this place: a list, or a struct with content or words.

    None if the place asks for neither. Members of tagged unions do not count: these have an
    `Unknown…` struct for what they lack.
    """
    match type_:
        case inspect.UnionType(types=members):
            return next(filter(None, map(wrapping_type, members)), None)
        case inspect.ListType():
            return type_
        case inspect.StructType(tag=None) if _content_keys(type_) or _word_key(type_):
            return type_
        case _:
            return None


def as_object(value: object, type_: inspect.StructType) -> dict[str, object]:
    """An object that holds a bare value; empty if none can, or if it says nothing by itself.

    It holds a string as its name, text or title if the type has one of these, and all else as its
    content.
    """
    if says_nothing(value) or isinstance(value, dict):
        return {}
    if isinstance(value, str) and (key := _word_key(type_)):
        return {key: value}
    return dict.fromkeys(_content_keys(type_), value)


def holds_only_objects(value: object) -> bool:
    """Whether a value is a list of nothing but objects and lists: its brackets are superfluous."""
    return isinstance(value, list) and all(isinstance(item, dict | list) for item in value)


def words_within(value: object, type_: inspect.Type) -> list[str]:
    """The strings of a list, and of lists within it, where one string belongs; else none."""
    words: list[str] = []
    if not isinstance(value, list) or not _is_string(type_):
        return words
    stack = value[::-1]
    while stack:
        match stack.pop():
            case str(text) if text:
                words.append(text)
            case list(items):
                stack += reversed(items)
    return words


def says_nothing(value: object) -> bool:
    """Whether a value says nothing by itself."""
    return value is None or isinstance(value, bool)


def as_member(value: object, fallback: inspect.StructType) -> object:
    """A value where a member of a tagged union belongs; an object if it is bare and says something.

    `fallback` is the union's `Unknown…` struct; only one with content can hold numbers and lists.
    """
    if isinstance(value, str):
        return {"type": "string", "text": value}
    if says_nothing(value) or not _content_keys(fallback):
        return value
    if isinstance(value, int | float):
        return {"type": "number", "text": str(value)}
    if isinstance(value, list):
        return {"type": "list", "content": value}
    return value


def _content_keys(type_: inspect.StructType) -> list[str]:
    return [field.encode_name for field in type_.fields if field.name in _CONTENT_FIELDS]


def _word_key(type_: inspect.StructType) -> str | None:
    keys = {field.encode_name for field in type_.fields if _is_string(field.type)}
    return next((key for key in _WORD_FIELDS if key in keys), None)


def _is_string(type_: inspect.Type) -> bool:
    """Whether a place asks for a string, and perhaps takes null."""
    members = type_.types if isinstance(type_, inspect.UnionType) else (type_,)
    return inspect.StrType() in members
