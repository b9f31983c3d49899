"""What rendering a page needs and finds out, as one object."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import unquote

from docc2context.links.references import Described
from docc2context.links.resolver import Resolver
from docc2context.markdown.blocks import heading
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape, one_line
from docc2context.markdown.inline import link, with_code
from docc2context.markdown.slug import LONGEST_LINKED, Slugs, slug
from docc2context.model.counts import Counts
from docc2context.model.patch import ReferenceText
from docc2context.model.reference import Reference

MAX_DEPTH = 48
"""Levels of content inside content: the deepest of 130,000 real pages has 9. Each level takes some
five Python frames of the thousand that there are, and two to four columns of indentation."""

_MENTIONED_BYTES = 2 << 20
_MENTIONED_BYTES_A_BYTE = 16
"""How much a page may mention: so many bytes of JSON, and so many more for each byte of its own.

Each reference counts as often as it is mentioned. On 5,700 real pages all mentions together have at
most 1.3 times the bytes of the page.
"""

_USUAL_CHARS = 64

_EMOJI = re.compile(r":[\w+-]+:")

_NO_ADDRESS = re.compile(r"[\0-\x20]*(?:javascript|vbscript|data):", re.IGNORECASE)

TOO_DEEP = "_Content nested too deeply to show._"


def generated_anchor(title: str) -> str:
    """The anchor that DocC's web page gives a heading of its own, such as `see-also`."""
    return title.lower().replace(" ", "-")


class PageTooLarge(Exception):
    """A page's Markdown outgrew what it may have, while it was made."""


class MentionsTooMuch(PageTooLarge):
    """What a page mentions is too much to look at, however little it shows of it."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class Context:
    """The page being rendered: its links, its headings so far, and what could not be shown.

    `unknown_nodes` counts on from what decoding found. `max_chars` bounds what is made of it: a
    page of 16 MB could else ask for gigabytes, by showing one long reference a million times or by
    indenting a million lines. Where it shows nothing of that reference, hours would go by: what it
    mentions is bounded by `page_bytes`, the length of its JSON.
    """

    def __init__(
        self, links: Resolver, max_chars: int, unknown_nodes: Counts, page_bytes: int
    ) -> None:
        self.links = links
        self.title = ""
        self._chars_left = max_chars
        self._max_mentioned = _MENTIONED_BYTES + _MENTIONED_BYTES_A_BYTE * page_bytes
        self._mentionable = self._max_mentioned
        self.suffix = ""
        self.unknown_nodes = unknown_nodes
        self.missing_references: set[str] = set()
        self.anchors: dict[str, str] = {}
        self.edges: list[tuple[str, str]] = []
        self.abstract: str | None = None
        self.declaration = ""
        """The first declaration on the page."""
        self.is_deprecated = False
        self.asked: list[str] = []
        """Identifiers that were looked up for the present part of the page."""
        self.asked_by_part: list[list[str]] = []
        """The same for one part after the other; whoever wants to know gives it another list."""
        self.names_elsewhere: Mapping[str, Sequence[tuple[str, str]]] = {}
        """How other languages call things that a list shows: language and name, by identifier."""
        self._relation: str | None = "body"
        self._slugs = Slugs()
        self._depth = 0
        self._inside_link = False
        self._words_alone = False
        self.is_bold = False
        self.demotion = 0
        """Levels by which headings of content go down, as it stands below headings of ours."""
        self._mended: set[str] = set()
        self._called_deprecated: bool | None = None

    def describe(self, identifier: str) -> Described | None:
        """What the page says of the identifier; one that it does not describe is counted.

        Asked for each mention, whose cost is taken off what the page may have. Raises PageTooLarge.
        """
        self.asked.append(identifier)
        described = self.links.describe(identifier)
        if described is None:
            self.missing_references.add(identifier)
            return None
        self._mentionable -= described.cost
        if self._mentionable < 0:
            raise MentionsTooMuch(self._max_mentioned)
        if described.reference is None:
            self.missing_references.add(identifier)
        if described.findings:
            self._count_once(identifier, described.findings)
        return described

    def _count_once(self, identifier: str, findings: Counts) -> None:
        if identifier not in self._mended:
            self._mended.add(identifier)
            for kind, count in findings.items():
                self.unknown_nodes[kind] += count

    def begin_part(self) -> None:
        """Have what is looked up from here on noted by itself."""
        self.asked = []
        self.asked_by_part.append(self.asked)

    def reference(self, identifier: str) -> Reference | None:
        """What the identifier stands for."""
        described = self.describe(identifier)
        return described.reference if described else None

    def is_called_deprecated(self, identifier: str) -> bool:
        """Whether the page's references call it deprecated, in all its languages alike."""
        if self._called_deprecated is None:
            described = self.links.describe(identifier)
            reference = described.reference if described else None
            self._called_deprecated = getattr(reference, "deprecated", False)
        return self._called_deprecated

    def poster(self, identifier: str) -> Reference | None:
        """What the poster of a video is; nobody misses one that the page does not describe."""
        if self.links.describe(identifier) is None:
            self.asked.append(identifier)
            return None
        return self.reference(identifier)

    def mention(self, identifier: str, relation: str | None = None) -> None:
        """Note that the page leads to what the identifier stands for, for the link graph."""
        relation = relation or self._relation
        if relation is not None and not self._inside_link:
            self.edges.append((relation, identifier))

    def relating(self, relation: str | None) -> "_For":
        """For a `with`: what is mentioned in it relates so to the page; None for others' words."""
        return _For(self, "_relation", value=relation)

    def destination(self, identifier: str, described: Described | None) -> str | None:
        """Where a link leads; None inside another link, since links do not nest."""
        return None if self._inside_link else self.links.to(identifier, described)

    def linked(self, text: str, destination: str) -> str:
        """A link to a safe destination; the text alone inside another link."""
        return text if self._inside_link else link(text, destination)

    def addressed(self, text: str, address: str) -> str:
        """Words that lead to an address which no bundle can link, and the address beside them.

        But for scripts and data, which are no addresses to go to.
        """
        if self._inside_link or _NO_ADDRESS.match(address):
            return text
        told = escape(address.strip())
        return text if told in ("", text) else f"{text} ({told})"

    def asset(self, url: str) -> str | None:
        """The link to a file of the archive; None where words alone are wanted."""
        return None if self._words_alone else self.links.asset(url)

    def heading(self, level: int, text: str, anchor: str | None = None) -> str:
        """A heading of plain text, whose fragment is remembered for links to DocC's anchor.

        `anchor` stands in the archive as in a URL: percent-encoded where it is not ASCII.
        """
        suffix = self.suffix if level == 2 else ""
        usual = level > 1 and len(text) < _USUAL_CHARS
        if suffix:
            self.reserve(len(suffix))
            usual = usual and len(suffix) < _USUAL_CHARS
        render = _usual_heading if usual else _rendered_heading
        rendered, fragment = render(level, text, suffix)
        if not rendered:
            return ""
        fragment = self._slugs.add(fragment)
        if anchor and (usual or len(fragment) <= LONGEST_LINKED):
            self.anchors.setdefault(unquote(anchor) if "%" in anchor else anchor, fragment)
        return rendered

    def variant(self, language: str, references: Mapping[str, ReferenceText]) -> "Context":
        """For the same page in another language: its sections are headed `… (Objective-C)`."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.links = self.links.describing(references)
        other.suffix = f" ({language})"
        return other

    def spend(self, text: str) -> str:
        """The same text, its length taken off what the page may have. Raises PageTooLarge.

        Called wherever a page can grow beyond its JSON: for each mention of a reference, and for
        blocks, which are counted anew at each level as each may indent them.
        """
        self._chars_left -= len(text)
        if self._chars_left < 0:
            raise PageTooLarge
        return text

    def reserve(self, chars: int) -> None:
        """Take off what is about to be made, where little can make much. Raises PageTooLarge."""
        self._chars_left -= chars
        if self._chars_left < 0:
            raise PageTooLarge

    def inside_link(self) -> "_For":
        """For a `with`: what is rendered in it is the text of a link."""
        return _For(self, "_inside_link", value=True)

    def words_alone(self) -> "_For":
        """For a `with`: what is rendered in it goes to another file, and shows no file of ours."""
        return _For(self, "_words_alone", value=True)

    def inside_bold(self) -> "_For":
        """For a `with`: all is set in bold; what is bold by itself needs no mark of its own."""
        return _For(self, "is_bold", value=True)

    def demoted(self, levels: int) -> "_For":
        """For a `with`: what is rendered in it stands below a heading, and so do its headings."""
        return _For(self, "demotion", value=levels)

    def enter(self) -> bool:
        """One level deeper; False, and no deeper, where the limit is reached. Undone by `leave`."""
        if self._depth >= MAX_DEPTH:
            self.unknown_nodes["nested_too_deeply"] += 1
            return False
        self._depth += 1
        return True

    def leave(self) -> None:
        """Back from the level that `enter` went to."""
        self._depth -= 1


class _For:
    """Gives an attribute of a context another value for the time of a `with`.

    A class, as each link of a page would pay for `contextlib`'s generators.
    """

    __slots__ = ("_ctx", "_name", "_outer", "_value")

    def __init__(self, ctx: Context, name: str, *, value: object) -> None:
        self._ctx = ctx
        self._name = name
        self._value = value

    def __enter__(self) -> None:
        self._outer = getattr(self._ctx, self._name)
        setattr(self._ctx, self._name, self._value)

    def __exit__(self, *_: object) -> None:
        setattr(self._ctx, self._name, self._outer)


def _rendered_heading(level: int, text: str, suffix: str) -> tuple[str, str]:
    """A heading and the fragment that its text gives."""
    text = one_line(text).strip()
    if not text:
        return "", ""
    text += suffix
    # swift-docc keeps of the code in a heading its backticks alone; a title may be about them.
    return heading(level, _title(text) if level == 1 else with_code(text)), slug(text)


def _title(text: str) -> str:
    """The title of a page; a name that would be read as more than text is code.

    GitHub shows an emoji for the `:x:` of `shadow(color:x:y:)`, escaped or not.
    """
    words = escape(text)
    is_name = " " not in text
    return code_span(text) if is_name and (words != text or _EMOJI.search(text)) else words


_usual_heading = lru_cache(maxsize=1024)(_rendered_heading)
"""Most headings are `Topics`, `Parameters` and the like."""
