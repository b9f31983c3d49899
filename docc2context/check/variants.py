"""What `variantOverrides` change of a page: a page in another language, as DocC shows it there."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from docc2context.check.displayable import Displayable, displayables

Language = Literal["all", "swift", "occ"]
"""Those of the converter, whose model the check does without."""

MAX_VARIANTS = 16
"""Variants of a page that are compared; each is the whole page again, and DocC writes one or two.
"""

_END = "-"
"""The place after the last item of a list (RFC 6901, section 4)."""

_UNNAMED = "unnamed"
"""Stands for the language of a variant that names none."""


class TooManyVariants(Exception):
    """A page is there in so many languages that the check would take hours to read it."""


class _Variant(NamedTuple):
    """A page as it is in these languages; `overrides` are the indices of those that make it."""

    languages: list[str]
    overrides: tuple[int, ...]


def displayables_in(data: bytes, language: Language) -> Iterator[Displayable]:
    """The strings that a page displays in a language; in all, its own and then its variants'.

    Raises TooManyVariants.
    """
    own: Counter[str] = Counter()
    for string in displayables(page_in(data, language)):
        own[string.text.strip()] += 1
        yield string
    if language == "all":
        yield from _variant_displayables(data, own)


def page_in(data: bytes, language: Language) -> object:
    """The page as JSON, as it is in a language; as it is if it has no variant in that one."""
    page: object = msgspec.json.decode(data)
    for variant in _variants(page):
        if language in variant.languages:
            return _patched(data, variant)
    return page


def _variant_displayables(data: bytes, own: Counter[str]) -> Iterator[Displayable]:
    """The strings that a page's variants display and the page itself, which has `own`, does not."""
    page = msgspec.json.decode(data)
    variants = _variants(page)
    if len(variants) > MAX_VARIANTS:
        raise TooManyVariants
    titles = _titles(page)
    for variant in variants:
        patched = _patched(data, variant)
        new_titles = _titles(patched)
        renamed = {name for name, title in titles.items() if new_titles.get(name, title) != title}
        language = ",".join(variant.languages)
        yield from _beyond(displayables(patched), own.copy(), renamed, language)


def _variants(page: object) -> list[_Variant]:
    """The variants of a page, each once, in the order in which overrides name their languages.

    What only renames the things that a page mentions makes no variant.
    """
    overrides = _overrides(page)
    by_language: dict[str, list[int]] = {}
    for i, override in enumerate(overrides):
        for language in dict.fromkeys(_languages(override)):
            by_language.setdefault(language, []).append(i)
    languages: dict[tuple[int, ...], list[str]] = {}
    for language, indices in by_language.items():
        languages.setdefault(tuple(indices), []).append(language)
    renaming = {
        i
        for i, override in enumerate(overrides)
        if all(map(_renames, _items(override.get("patch"))))
    }
    return [
        _Variant(names, indices)
        for indices, names in languages.items()
        if not renaming.issuperset(indices)
    ]


def _patched(data: bytes, variant: _Variant) -> object:
    """The page as a variant has it, decoded again because patches change what they get."""
    page = msgspec.json.decode(data)
    patches = [_items(override.get("patch")) for override in _overrides(page)]
    for i in variant.overrides:
        for operation in patches[i]:
            _apply(page, operation)
    return page


def _titles(page: object) -> dict[str, object]:
    """The titles that a page's references give, by identifier."""
    references = page.get("references") if isinstance(page, dict) else None
    items = references.items() if isinstance(references, dict) else ()
    return {
        name: value["title"]
        for name, value in items
        if isinstance(value, dict) and "title" in value
    }


def _overrides(page: object) -> list[dict[str, Any]]:
    overrides = page.get("variantOverrides") if isinstance(page, dict) else None
    return [item for item in _items(overrides) if isinstance(item, dict)]


def _renames(operation: object) -> bool:
    path = operation.get("path") if isinstance(operation, dict) else None
    return str(path).startswith("/references/")


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _languages(override: dict[str, Any]) -> list[str]:
    """The languages of an override; none is empty, which is how a page's own strings are told."""
    traits = [trait for trait in _items(override.get("traits")) if isinstance(trait, dict)]
    return [str(trait.get("interfaceLanguage") or _UNNAMED) for trait in traits] or [_UNNAMED]


def _beyond(
    strings: Iterable[Displayable], left: Counter[str], renamed: set[str], language: str
) -> Iterator[Displayable]:
    """What a variant displays beyond the page; the other name of a thing has to appear once.

    `left` are the texts that the page displays, without spaces around them, which names lose in the
    Markdown; they are counted off.
    """
    told: set[str] = set()
    for string in strings:
        if string.name_of in told:
            continue
        if string.name_of in renamed:
            told.add(string.name_of)
        text = string.text.strip()
        if left[text]:
            left[text] -= 1
        else:
            yield string._replace(variant=language)


def _apply(page: dict[str, Any], operation: object) -> None:
    """One operation of RFC 6902; DocC writes `add`, `replace` and `remove`.

    One that does not fit is passed over, as nobody can show what it would have made.
    """
    if not isinstance(operation, dict):
        return
    *parents, last = map(_unescaped, str(operation.get("path")).split("/")[1:] or [""])
    try:
        target: Any = page
        for key in parents:
            target = target[_index(key)] if isinstance(target, list) else target[key]
        _change(target, last, str(operation.get("op")), operation.get("value"))
    except (LookupError, TypeError, ValueError, OverflowError):
        return


def _change(target: object, key: str, op: str, value: object) -> None:
    match target, op:
        case dict(), "remove":
            del target[key]
        case dict(), _:
            target[key] = value
        case list(), "add":
            target.insert(len(target) if key == _END else _index(key), value)
        case list(), "remove":
            del target[_index(key)]
        case list(), _:
            target[_index(key)] = value


def _index(key: str) -> int:
    """A place in a list (RFC 6901, section 4). Raises LookupError, ValueError."""
    if not key.isdecimal():  # to Python, -1 would be the last
        raise LookupError(key)
    return int(key)


def _unescaped(key: str) -> str:
    return key.replace("~1", "/").replace("~0", "~")
