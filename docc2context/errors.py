"""Everything that can go wrong, as a tree.

::

    Docc2contextError
    ├── ArchiveRefused      the input breaks a rule of the archive reader
    │   └── LimitExceeded   … because it is larger than a limit allows
    ├── NothingConverted    the archive is sound, but not one of its pages could be decoded
    ├── OutputTooLarge      the Markdown outgrew a limit while it was written
    └── DestinationError    the Markdown cannot be written where the caller asked

An unzipped archive may hold what the system does not let us read: an EntryUnreadable, which is an
OSError, as the archive itself breaks no rule.

Each carries facts as attributes; `str(error)` is one sentence for a person, free of paths of the
machine it ran on. `code` comes from a closed set and is fit for a metric label.
"""

from enum import StrEnum
from typing import Any

_SHOWN_ENTRY_CHARS = 200
_READABLE_CHARS = 1000


class Code(StrEnum):
    """Why an input was refused; stable, because clients and alerts match on it."""

    EMPTY_UPLOAD = "empty_upload"
    NOT_A_ZIP = "not_a_zip"
    INVALID_ZIP = "invalid_zip"
    AMBIGUOUS_ZIP = "ambiguous_zip"
    MULTI_DISK = "multi_disk"
    TOO_MANY_ENTRIES = "too_many_entries"
    ENCRYPTED = "encrypted"
    UNSUPPORTED_COMPRESSION = "unsupported_compression"
    UNSAFE_ENTRY_NAME = "unsafe_entry_name"
    UNSAFE_ENTRY_TYPE = "unsafe_entry_type"
    DUPLICATE_ENTRY = "duplicate_entry"
    NAME_COLLISION = "name_collision"
    IMPOSSIBLE_RATIO = "impossible_ratio"
    NO_DOCC_DATA = "no_docc_data"
    SEVERAL_ARCHIVES = "several_archives"
    ARCHIVE_TOO_LARGE = "archive_too_large"
    NO_CONVERTIBLE_PAGES = "no_convertible_pages"
    OUTPUT_TOO_LARGE = "output_too_large"
    DESTINATION_UNUSABLE = "destination_unusable"
    BUNDLE_UNUSABLE = "bundle_unusable"


class Docc2contextError(Exception):
    """Base of all errors that this library raises on purpose.

    `code` is from the closed set, `entry` names the member of the archive concerned (escaped, cut
    to 200 characters), `limit` is the bound that was hit, in the unit that the message names.
    """

    def __init__(
        self, code: Code, message: str, *, entry: str | None = None, limit: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.entry = shown(entry) if entry is not None else None
        self.limit = limit

    def __reduce__(self) -> tuple[object, ...]:
        """To be raised in another process than it arose in: all attributes come along."""
        return _unpickled, (type(self), self.args[0], self.__dict__)

    def __str__(self) -> str:
        message = str(self.args[0])
        return f"{message} (entry {self.entry})" if self.entry is not None else message


class ArchiveRefused(Docc2contextError):
    """The input breaks a rule of the archive reader; nothing of it was converted."""


class LimitExceeded(ArchiveRefused):
    """The input is larger than a limit allows; `limit` is that limit."""


class NothingConverted(Docc2contextError):
    """The archive is sound, but not one of its pages could be decoded."""


class OutputTooLarge(Docc2contextError):
    """The Markdown outgrew `limit` bytes while it was written, or what a page mentions did."""


class DestinationError(Docc2contextError):
    """The Markdown cannot be written where the caller asked."""


class EntryUnreadable(OSError):
    """A file or folder of an unzipped archive cannot be read; `reason` says why.

    `entry` is relative to the archive, escaped and cut to 200 characters.
    """

    def __init__(self, reason: str, entry: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.entry = shown(entry)

    def __str__(self) -> str:
        return f"{self.reason} (entry {self.entry})"


def _unpickled(
    kind: type[Docc2contextError], message: str, facts: dict[str, Any]
) -> Docc2contextError:
    error = kind(facts["code"], message)
    error.__dict__.update(facts)
    return error


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
    r"""Words of an archive for a terminal: as they are, or `shown` if they are more than words.

    >>> readable("block:poll"), readable("\x1b[2J")
    ('block:poll', "'\\x1b[2J'")
    """
    return text if text.isprintable() and len(text) <= _READABLE_CHARS else shown(text)
