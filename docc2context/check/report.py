"""What a loss check found, by kind of string."""

import msgspec

from docc2context.check.compare import MAX_LISTED, Comparison, Lost

_SHOWN_CHARS = 200


class MissingString(msgspec.Struct, frozen=True):
    """A string that a page displays and its Markdown does not.

    `text` is cut to 200 characters; of a text of several sentences it is those that are missing.
    """

    page: str
    node: str
    pointer: str
    text: str


class NodeCount(msgspec.Struct):
    """How many strings a kind of node displays, and how many of them were found."""

    strings: int = 0
    found: int = 0


class Coverage(msgspec.Struct):
    """How many of the strings that pages display were found, in all and by kind of node.

    `share` is the share that was found, 1 if there are no strings. `missing` lists the first 10,000
    that were not.
    """

    strings: int = 0
    found: int = 0
    share: float = 1.0
    nodes: dict[str, NodeCount] = {}
    missing: list[MissingString] = []

    def add(self, page: str, compared: Comparison) -> None:
        """The strings of one more page."""
        for node, strings in compared.displayed.items():
            found = strings - compared.missing[node]
            count = self.nodes.setdefault(node, NodeCount())
            count.strings += strings
            count.found += found
            self.strings += strings
            self.found += found
        self.share = self.found / self.strings if self.strings else 1.0
        room = MAX_LISTED - len(self.missing)
        self.missing += [_missing(page, item) for item in compared.lost[:room]]


class CheckReport(msgspec.Struct, kw_only=True):
    """The outcome of one check.

    `content` is what pages display in their own language, `variants` what they display besides in
    another one. `skipped` are the pages that the conversion could not read, as the manifest says,
    and those that are no JSON. `unread` are pages that the check cannot read, or not in reasonable
    time, and the conversion could, as the bundle holds them.
    """

    pages: int = 0
    skipped: list[str] = []
    unread: list[str] = []
    content: Coverage = msgspec.field(default_factory=Coverage)
    variants: Coverage = msgspec.field(default_factory=Coverage)

    @property
    def is_complete(self) -> bool:
        """Whether all pages that were converted could be read, and not one string is missing."""
        return not self.unread and not self.content.missing and not self.variants.missing


def _missing(page: str, item: Lost) -> MissingString:
    text = item.missing
    if len(text) > _SHOWN_CHARS:
        text = text[: _SHOWN_CHARS - 1] + "…"
    return MissingString(page, item.string.node, item.string.pointer, text)
