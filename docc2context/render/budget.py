"""How much may be made of a page, and how much it may mention."""

_MENTIONED_BYTES = 2 << 20
_MENTIONED_BYTES_PER_BYTE = 16
"""How many bytes of JSON a page may mention: the first, and the second for each byte of its own.

A reference counts each time it is mentioned. On 5,700 real pages, all mentions together have at
most 1.3 times the bytes of the page.
"""


class PageTooLarge(Exception):
    """A page's Markdown outgrew its limit while it was made."""


class MentionsTooMuch(PageTooLarge):
    """What a page mentions is too much to look at, however little it shows of it."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class Budget:
    """What a page may still cost: `max_chars` of Markdown, and mentions in proportion to its JSON.

    A page of 16 MB could otherwise ask for gigabytes, by showing one long reference a million times
    or by indenting a million lines. A long reference that it mentions a million times, showing
    nothing of it, would take hours.
    """

    __slots__ = ("_chars_left", "_max_mentioned", "_mentioned")

    def __init__(self, max_chars: int, page_bytes: int) -> None:
        self._chars_left = max_chars
        self._mentioned = 0
        self._max_mentioned = _MENTIONED_BYTES + _MENTIONED_BYTES_PER_BYTE * page_bytes

    def copy(self) -> "Budget":
        """What is left of this one, to be spent by itself; `copy.copy` takes six times as long."""
        other = Budget(self._chars_left, 0)
        other._mentioned, other._max_mentioned = self._mentioned, self._max_mentioned
        return other

    def spend(self, text: str) -> str:
        """The same text, its length taken off what the page may have. Raises PageTooLarge.

        Called wherever a page can grow beyond its JSON: for each mention of a reference, and for
        blocks, which are counted again at each level because each may indent them.
        """
        self._chars_left -= len(text)
        if self._chars_left < 0:
            raise PageTooLarge
        return text

    def reserve(self, chars: int) -> None:
        """Take off what is about to be made, where little can become much. Raises PageTooLarge."""
        self._chars_left -= chars
        if self._chars_left < 0:
            raise PageTooLarge

    def mention(self, cost: int) -> None:
        """Count a mention of a reference that has `cost` bytes of JSON. Raises MentionsTooMuch."""
        self._mentioned += cost
        if self._mentioned > self._max_mentioned:
            raise MentionsTooMuch(self._max_mentioned)
