"""What DocC's web page displays of a page, read from its raw JSON.

Nothing here knows the typed model or the renderer, so that what they forget is noticed.
The walk goes by what is *not* displayed (`denied.py`): what it does not know counts as displayed.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from docc2context.check.denied import BESIDE_A_MENTION, NEVER, NEVER_IN
from docc2context.check.shown_lists import WORDS, shown_items
from docc2context.check.shown_nodes import shown_members, shown_reference

_Use = Literal["mention", "entry", "relationship"]
"""How a reference is shown: by its title alone, with all that it tells, or with its conditions."""

_IDENTIFIERS = frozenset(
    {"identifier", "identifiers", "mentions", "tutorials", "media", "image", "video"}
    | {"runtimePreview", "projectFiles", "xcodeRequirement"}
)
_ENTRIES = frozenset({"code", "identifiers", "items", "tutorials"})
_CODE_LINES = frozenset({"code", "content"})
_CONTENTS = frozenset({"inlineContent", "content"})
_PAGE_TITLES = {("title",), ("hero", "title"), ("intro", "title")}
"""Those of a tutorial, one of which heads its page."""

_TO_COME = re.compile(r"100000(?:\.|$)")
"""The version that Apple's SDKs write for one to come; as a number it tells nobody anything."""

_SOME_DAY = {"deprecatedAt": "to be deprecated", "obsoletedAt": "to be obsoleted"}

_MAX_HOPS = 3
"""References within references: an abstract mentions a page whose title mentions another."""


class Displayable(NamedTuple):
    """A string that the page displays.

    `node` is a short path of node types and keys, `pointer` the JSON pointer of the string or of
    the identifier by which the page uses it. `is_code` lines stand in fences as they are; a
    `shared` string may stand where another one does, as DocC shows both in one place. `name_of` is
    the identifier of what the page mentions by this title; empty for other strings. `variant` is
    the language in which alone the page displays it; empty for the page's own.
    """

    node: str
    pointer: str
    text: str
    is_code: bool = False
    shared: bool = False
    name_of: str = ""
    variant: str = ""


class _At(NamedTuple):
    """A value on its way through the walk.

    `key` is the one that it, or the list that it is in, stands under; `names` are the types and
    keys around it, the innermost last. Inside a reference, `use` says how that is shown, `hops` how
    many references lead there, and `mentioned` is the identifier of the last one.
    """

    value: Any
    key: str
    pointer: str
    names: tuple[str, ...] = ()
    use: _Use | None = None
    hops: int = 0
    mentioned: str = ""

    def item(self, place: int, value: object) -> "_At":
        """An item of a list."""
        return self.member(str(place), value, self.key, self.names)

    def member(self, token: str, value: object, key: str, names: tuple[str, ...]) -> "_At":
        """A member of an object; what a reference holds has the pointer of its mention.

        Made anew, as `_replace` takes four times as long.
        """
        pointer = self.pointer if self.hops else f"{self.pointer}/{token}"
        return _At(value, key, pointer, names, self.use, self.hops, self.mentioned)


def displayables(page: object) -> Iterator[Displayable]:
    """All strings that a page displays, in the order of its JSON; none for what is no object."""
    return _Walk(page).run(page) if isinstance(page, dict) else iter(())


class _Walk:
    """Depth first over one page, by a stack of its own: JSON may be nested as deep as it likes.

    On it are iterators, as a list may have millions of items.
    """

    def __init__(self, page: dict[str, Any]) -> None:
        references = page.get("references")
        self.references = references if isinstance(references, dict) else {}
        self.told: set[str] = set()
        """The messages of platforms so far."""
        self.has_summary = bool(page.get("deprecationSummary"))

    def run(self, page: dict[str, Any]) -> Iterator[Displayable]:
        stack = [iter([_At(page, "", "")])]
        while stack:
            at = next(stack[-1], None)
            if at is None:
                stack.pop()
                continue
            match at.value:
                case dict():
                    stack.append(self.members(at))
                case list() if fragments := _fragments(at):
                    yield from self.shown(at, "".join(fragments), is_code=True)
                case list() if at.key in _CODE_LINES and _all_strings(at.value):
                    yield from self.code(at)
                case list():
                    stack.append(self.items(at))
                case str() if _is_identifier(at):
                    stack.append(self.reference(at))
                case bool() | None:
                    pass
                case _:
                    yield from self.shown(at, str(at.value))

    def members(self, at: _At) -> Iterator[_At]:
        """The displayable members of an object, in order; the words of a text or of code first."""
        name = _name(at.value, at.key)
        node = shown_members(at.value, name, at.key)
        names = (*at.names, name) if name else at.names
        key_of_words = WORDS.get(name)
        if key_of_words and isinstance(node.get(key_of_words), str):
            place = () if at.key in _CONTENTS else (at.key,)
            names = (*at.names, *place, name)
            yield at._replace(value=node.pop(key_of_words), key=key_of_words, names=names)
        for key, value in node.items():
            if not _is_denied(name, key, value) and _is_shown(node, key, at):
                yield at.member(_escaped(key), value, key, names)

    def items(self, at: _At) -> Iterator[_At]:
        """The items of a list; an identifier that it repeats is shown once."""
        seen: set[str] = set()
        for i, value in shown_items(at.value, at.key, self.references):
            if isinstance(value, str) and (at.key in _IDENTIFIERS or at.key == "items"):
                if value in seen:
                    continue
                seen.add(value)
            yield at.item(i, value)

    def reference(self, at: _At) -> Iterator[_At]:
        """What the page shows of a reference; nothing of one that it does not describe."""
        reference = self.references.get(at.value)
        if isinstance(reference, dict) and at.hops < _MAX_HOPS:
            yield at._replace(
                value=shown_reference(reference),
                key="reference",
                use=_use(at),
                hops=at.hops + 1,
                mentioned=at.value,
            )

    def code(self, at: _At) -> Iterator[Displayable]:
        for i, entry in enumerate(at.value):
            for line in entry.splitlines():
                yield from self.shown(at.item(i, line), line, is_code=True)

    def shown(self, at: _At, text: str, *, is_code: bool = False) -> Iterator[Displayable]:
        if not text.strip():
            return
        if at.key in {"message", "renamed"} and "platforms" in at.names:
            if self.has_summary or text in self.told:
                return  # the summary is made of them, and mostly they are the same for all
            self.told.add(text)
        is_inline = bool(at.names) and WORDS.get(at.names[-1]) == at.key
        names = (at.names if is_inline else (*at.names, at.key))[-3:]
        shared = names[-2:] in _PAGE_TITLES or "typeDetails" in at.names or at.key == "rawName"
        if at.key in _SOME_DAY and _TO_COME.match(text):
            text = _SOME_DAY[at.key]
        name_of = at.mentioned if at.key == "title" else ""
        yield Displayable("/".join(names), at.pointer, text, is_code, shared, name_of)


def _use(at: _At) -> _Use:
    """How a reference is shown where this identifier stands."""
    if at.key not in _ENTRIES:
        return "mention"
    return "relationship" if at.pointer.startswith("/relationshipsSections/") else "entry"


def _is_denied(name: str, key: str, value: object) -> bool:
    """Whether no page displays this member; the `type` of a parameter is no tag but fragments."""
    if key == "type" and isinstance(value, list):
        return False
    return key in NEVER or key in NEVER_IN.get(name, {})


def _is_identifier(at: _At) -> bool:
    if at.key in _IDENTIFIERS or (at.key == "items" and at.names[-1:] == ("links",)):
        return True
    return at.key == "code" and at.names[-1:] == ("step",)


def _is_shown(node: dict[str, Any], key: str, at: _At) -> bool:
    """Whether this object, in this place, shows a member that others would."""
    if at.key == "reference" and at.use != "entry" and key in BESIDE_A_MENTION:
        return at.use == "relationship" and key == "conformance"
    match key:
        case "availabilityPrefix":
            return at.use != "relationship"
        case "conformancePrefix":
            return at.use == "relationship"
        case "renamed":
            return not node.get("message")
        case _:
            return True


def _fragments(at: _At) -> list[str]:
    """The texts of declaration fragments: `kind` and `text`, but no `type`; empty for other lists.

    A list of tokens holds nothing else: there a bare string is a text too, and superfluous brackets
    are ignored.
    """
    are_tokens = at.key == "tokens"
    texts: list[str] = []
    stack = at.value[::-1]
    while stack:
        match stack.pop():
            case {"text": str(text)} as node if are_tokens or _is_fragment(node):
                texts.append(text)
            case str(text) if are_tokens:
                texts.append(text)
            case list(items) if are_tokens:
                stack += reversed(items)
            case None | bool() if are_tokens:
                pass
            case _:
                return []
    return texts


def _is_fragment(node: dict[str, Any]) -> bool:
    return isinstance(node.get("kind"), str) and "type" not in node


def _all_strings(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _name(node: dict[str, Any], key: str) -> str:
    """What an object is called: its type, else its kind, else the key that it stands under."""
    for tag in ("type", "kind"):
        if isinstance(node.get(tag), str) and key:
            return str(node[tag])
    return key


def _escaped(key: str) -> str:
    """A key as a token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
