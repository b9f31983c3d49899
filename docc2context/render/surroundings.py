"""What holds for the stretch of a page that is being rendered."""


class Surroundings:
    """What the content around a node says about how to render it.

    Each method gives a `with` block in which something else holds; what held before holds again
    when it ends.
    """

    relation: str | None = "body"
    """How what is mentioned relates to the page; None in others' words, which make no edges."""

    is_link_text: bool = False
    """Whether what is rendered is the text of a link."""

    is_for_other_file: bool = False
    """Whether what is rendered goes to another file, and so shows no assets."""

    is_bold: bool = False
    """Whether everything is set in bold."""

    top_level: int = 2
    """The highest level that a heading in content may have."""

    demotion: int = 0
    """Levels by which headings in content are lowered."""

    def relating(self, relation: str | None) -> "_Saved":
        """A `with` block in which mentions relate to the page like this; None for others' words."""
        saved = _Saved(self)
        self.relation = relation
        return saved

    def inside_link(self) -> "_Saved":
        """A `with` block that renders the text of a link."""
        saved = _Saved(self)
        self.is_link_text = True
        return saved

    def for_other_file(self) -> "_Saved":
        """A `with` block that renders for another file, and so shows no assets."""
        saved = _Saved(self)
        self.is_for_other_file = True
        return saved

    def inside_bold(self) -> "_Saved":
        """A `with` block set in bold, where bold content needs no marks of its own."""
        saved = _Saved(self)
        self.is_bold = True
        return saved

    def headings_from(self, level: int, highest: int) -> "_Saved":
        """A `with` block whose headings have this level or a lower one.

        `highest` is the level of the highest of them; if that is above `level`, all are lowered by
        the difference.
        """
        saved = _Saved(self)
        self.top_level = level
        self.demotion = max(0, level - highest)
        return saved


class _Saved:
    """What held before a stretch of the page, restored when the `with` block ends.

    A class, because each link of a page would pay for `contextlib`'s generators. The caller sets
    what holds within by an assignment, which mypy checks.
    """

    __slots__ = ("_before", "_surroundings")

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._before = (
            surroundings.relation,
            surroundings.is_link_text,
            surroundings.is_for_other_file,
            surroundings.is_bold,
            surroundings.top_level,
            surroundings.demotion,
        )

    def __enter__(self) -> None:
        """What holds within has been set."""

    def __exit__(self, *_: object) -> None:
        surroundings = self._surroundings
        (
            surroundings.relation,
            surroundings.is_link_text,
            surroundings.is_for_other_file,
            surroundings.is_bold,
            surroundings.top_level,
            surroundings.demotion,
        ) = self._before
