"""How messages for people show names, words of strangers and numbers."""

_SHOWN_ENTRY_CHARS = 200
_READABLE_CHARS = 1000


def shown(name: str) -> str:
    r"""An archive entry's name as it may stand in a message: escaped and cut to 200 characters.

    >>> shown("a\nb")
    "'a\\nb'"
    """
    quoted = ascii(name) if not name.isprintable() else repr(name)
    if len(quoted) <= _SHOWN_ENTRY_CHARS:
        return quoted
    return quoted[: _SHOWN_ENTRY_CHARS - 2] + "…" + quoted[0]


def readable(text: str) -> str:
    r"""Words of an archive for a terminal: as they are, or `shown` if unprintable or too long.

    >>> readable("block:poll"), readable("\x1b[2J")
    ('block:poll', "'\\x1b[2J'")
    """
    return text if text.isprintable() and len(text) <= _READABLE_CHARS else shown(text)


def counted(number: int, noun: str) -> str:
    """A number and its noun, whose plural takes an s.

    >>> counted(1, "page"), counted(0, "page")
    ('1 page', '0 pages')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
