"""Which identifiers the parts of a page look up, to know which parts read alike in two languages.

A page in another language shows only what differs from its own. An item that no patch touches still
differs if something that it mentions is another thing there.
"""


class Lookups:
    """The identifiers that were looked up while a page was rendered, item by item."""

    __slots__ = ("_items", "by_field", "current")

    def __init__(self) -> None:
        self.by_field: dict[str, list[list[str]]] = {}
        """For each item of a page's field, by the field's name, what was looked up for it.

        The abstract is one item. What precedes the first field is not recorded here.
        """
        self._items: list[list[str]] = []
        self.current: list[str] = []
        """What was looked up for the current item so far; a lookup is added here."""

    def begin_field(self, name: str) -> None:
        """What follows are the items of another field of the page."""
        self._items = self.by_field[name] = []

    def begin_item(self) -> None:
        """Record what is looked up from here on for the next item of the field."""
        self.current = []
        self._items.append(self.current)
