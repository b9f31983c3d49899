"""What rendering a page needs and finds out, as one object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from docc2context.links.references import Described
from docc2context.links.resolver import PageResolver
from docc2context.model.counts import Counts
from docc2context.model.patch import ReferenceText
from docc2context.model.reference import Reference, TopicReference
from docc2context.render.budget import Budget
from docc2context.render.headings import Headings
from docc2context.render.lookups import Lookups
from docc2context.render.surroundings import Surroundings

MAX_DEPTH = 48
"""Levels of content inside content: the deepest of 130,000 real pages has 9. Each level takes some
five of Python's thousand frames, and two to four columns of indentation."""

TOO_DEEP = "_Content nested too deeply to show._"


@dataclass(eq=False)
class Context(Surroundings):
    """The page being rendered: its links, its headings so far, and what could not be shown."""

    links: PageResolver
    """What identifiers stand for, and where links to them lead."""

    budget: Budget
    """What may still be made of the page, and mentioned on it."""

    unknown_nodes: Counts
    """What could not be shown as it is, by kind: continues the counts of decoding."""

    headings: Headings = field(default_factory=Headings)
    """The page's headings so far, and how they are rendered."""

    title: str = ""
    """The page's title, as text."""

    name: str = ""
    """The page's title as lists show it."""

    suffix: str = ""
    """What its headings of the second level end in: empty in the page's own language."""

    names_in_other_languages: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """How other languages call things that a list shows: language and name, by identifier."""

    # What is found out about the page.

    abstract: str | None = None
    """The page's abstract as Markdown, if that is the same in any file."""

    declaration: str = ""
    """The first declaration on the page."""

    is_deprecated: bool = False
    """Whether the page is deprecated as a whole."""

    missing_references: set[str] = field(default_factory=set)
    """The identifiers that the page mentions and does not describe."""

    edges: list[tuple[str, str]] = field(default_factory=list)
    """For the link graph: how something relates to the page, and its identifier."""

    lookups: Lookups = field(default_factory=Lookups)
    """Which identifiers its parts have looked up."""

    counted: set[str] = field(default_factory=set)
    """The identifiers whose misfits have been counted."""

    called_deprecated: bool | None = None
    """What `is_called_deprecated` has found; None until it is asked."""

    _depth: int = field(default=0, init=False)
    """Levels of content inside content."""

    def describe(self, identifier: str) -> Described | None:
        """What the page says of the identifier; one that it does not describe is counted.

        Called for each mention: its cost is taken off what the page may have. `links.describe` only
        looks. Raises PageTooLarge.
        """
        described = self.describe_if_known(identifier)
        if described is None:
            self.missing_references.add(identifier)
        return described

    def describe_if_known(self, identifier: str) -> Described | None:
        """As `describe`, for what a page may well not describe: that is not counted as missing."""
        self.lookups.current.append(identifier)
        described = self.links.describe(identifier)
        if described is None:
            return None
        self.budget.mention(described.cost)
        if described.reference is None:
            self.missing_references.add(identifier)
        if described.unknown_nodes:
            self._count_once(identifier, described.unknown_nodes)
        return described

    def _count_once(self, identifier: str, unknown: Counts) -> None:
        if identifier not in self.counted:
            self.counted.add(identifier)
            for kind, count in unknown.items():
                self.unknown_nodes[kind] += count

    def reference(self, identifier: str) -> Reference | None:
        """What an identifier that is mentioned stands for, counted as by `describe`."""
        described = self.describe(identifier)
        return described.reference if described else None

    def is_called_deprecated(self, identifier: str) -> bool:
        """Whether the page's references call it deprecated, in all its languages alike."""
        if self.called_deprecated is None:
            reference = self.links.reference(identifier)
            self.called_deprecated = isinstance(reference, TopicReference) and reference.deprecated
        return self.called_deprecated

    def mention(self, identifier: str, relation: str | None = None) -> None:
        """Note that the page leads to what the identifier stands for, for the link graph."""
        relation = relation or self.relation
        if relation is not None and not self.is_link_text:
            self.edges.append((relation, identifier))

    def destination(self, identifier: str, described: Described | None) -> str | None:
        """Where a link leads; None inside another link, since links do not nest."""
        return None if self.is_link_text else self.links.destination(identifier, described)

    def heading(self, level: int, text: str, anchor: str | None = None) -> str:
        """A heading of plain text; `anchor` is DocC's own for it, as the archive has it."""
        suffix = self.suffix if level == 2 else ""
        if suffix:
            self.budget.reserve(len(suffix))
        return self.headings.add(level, text, suffix, anchor)

    def variant(self, language: str, references: Mapping[str, ReferenceText]) -> "Context":
        """A context for the same page in another language, whose headings read `… (Objective-C)`.

        Both write into one page, and share what they collect for it. Everything else is the other's
        own, its budget included: what it spends is not taken off this one's.
        """
        return Context(
            self.links.with_references(references),
            self.budget.copy(),
            self.unknown_nodes,
            self.headings,
            title=self.title,
            name=self.name,
            suffix=f" ({language})",
            missing_references=self.missing_references,
            edges=self.edges,
            counted=self.counted,
            called_deprecated=self.called_deprecated,
        )

    def enter(self) -> bool:
        """Go one level deeper, to be undone by `leave`; False, and no deeper, at the limit."""
        if self._depth >= MAX_DEPTH:
            self.unknown_nodes["nested_too_deeply"] += 1
            return False
        self._depth += 1
        return True

    def leave(self) -> None:
        """Come back from the level that `enter` went to."""
        self._depth -= 1
