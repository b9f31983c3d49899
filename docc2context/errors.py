"""Everything that can go wrong, as a tree.

::

    Docc2contextError
    ├── ArchiveRefused      the input breaks a rule of the archive reader
    │   └── LimitExceeded   … because it is larger than a limit allows
    ├── NothingConverted    the archive is sound, but not one of its pages could be decoded
    ├── OutputTooLarge      the Markdown outgrew a limit while it was written
    ├── DestinationError    the Markdown cannot be written where the caller asked
    └── BundleUnusable      what is to be checked is no bundle or document, or cannot be read

An unzipped archive may hold what the system does not let us read: an EntryUnreadable, which is an
OSError, as the archive itself breaks no rule.

Each carries facts as attributes; `str(error)` is one sentence for a person, free of paths of the
machine it ran on: what is wrong, and what to do about it. `code` comes from a closed set and is fit
for a metric label.
"""

from enum import StrEnum
from typing import Self

from docc2context.wording import quoted


class Code(StrEnum):
    """Why an input was refused. Stable, because clients and alerts match on it.

    `remedy` is the advice for errors that give none of their own. The library and, for all codes
    but the last four, the service show it, so it names no command-line option.
    """

    remedy: str

    def __new__(cls, code: str, remedy: str) -> Self:
        """Make `code` the text of a member."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.remedy = remedy
        return member

    EMPTY_UPLOAD = (
        "empty_upload",
        "zip the .doccarchive again, and check that the file is not empty",
    )
    NOT_A_ZIP = ("not_a_zip", "zip the .doccarchive folder and convert the .zip file")
    INVALID_ZIP = ("invalid_zip", "check the file with `unzip -t`, or zip the .doccarchive again")
    AMBIGUOUS_ZIP = (
        "ambiguous_zip",
        "zip the .doccarchive again with a common tool, such as `zip` or Finder",
    )
    MULTI_DISK = ("multi_disk", "zip the .doccarchive into one file")
    TOO_MANY_ENTRIES = ("too_many_entries", "zip the .doccarchive folder and nothing else")
    ENCRYPTED = ("encrypted", "zip the .doccarchive without a password")
    UNSUPPORTED_COMPRESSION = (
        "unsupported_compression",
        "zip the .doccarchive with deflate, the default of all common tools",
    )
    UNSAFE_ENTRY_NAME = (
        "unsafe_entry_name",
        "zip the .doccarchive folder from inside its parent folder, so that names are relative",
    )
    UNSAFE_ENTRY_TYPE = ("unsafe_entry_type", "put only files and folders into the zip")
    DUPLICATE_ENTRY = ("duplicate_entry", "zip the .doccarchive into a new file")
    NAME_COLLISION = ("name_collision", "zip the .doccarchive into a new file")
    IMPOSSIBLE_RATIO = (
        "impossible_ratio",
        "zip the .doccarchive again with a common tool, such as `zip` or Finder",
    )
    NO_DOCC_DATA = (
        "no_docc_data",
        "convert the .doccarchive that `xcodebuild docbuild` or the Swift-DocC plugin produces",
    )
    SEVERAL_ARCHIVES = ("several_archives", "convert one .doccarchive at a time")
    ARCHIVE_TOO_LARGE = (
        "archive_too_large",
        "split the documentation by module and convert one at a time",
    )
    NO_CONVERTIBLE_PAGES = (
        "no_convertible_pages",
        "build the documentation again; if that does not help, report the archive",
    )
    OUTPUT_TOO_LARGE = (
        "output_too_large",
        "leave out the assets, or split the documentation by module and convert one at a time",
    )
    DESTINATION_UNUSABLE = ("destination_unusable", "choose another place")
    DESTINATION_EXISTS = (
        "destination_exists",
        "choose another place, or pass `replace=True`",
    )
    DESTINATION_IS_STREAM = ("destination_is_stream", "name a file or a folder")
    BUNDLE_UNUSABLE = (
        "bundle_unusable",
        "name the folder, zip or document that `convert` wrote",
    )


class Docc2contextError(Exception):
    """Base of all errors that this library raises on purpose.

    `code` is from the closed set. `message` says what is wrong; `remedy` what to do about it,
    without a word of the archive, and by default what the code says. `entry` names the member of
    the archive concerned (escaped, cut to 200 characters), `limit` is the bound that was hit, in
    the unit that the message names.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        remedy: str | None = None,
        entry: str | None = None,
        limit: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = code.remedy if remedy is None else remedy
        self.entry = quoted(entry) if entry is not None else None
        self.limit = limit

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle it with all attributes, so that a worker's error can be raised by the parent."""
        return type(self), (self.code, self.message), self.__dict__

    def __str__(self) -> str:
        where = f" (entry {self.entry})" if self.entry is not None else ""
        return f"{self.message}{where}; {self.remedy}"


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


class BundleUnusable(Docc2contextError):
    """What is to be checked is no bundle or document of ours, or a page in it cannot be read."""


class EntryUnreadable(OSError):
    """A file or folder of an unzipped archive cannot be read; `reason` says why.

    `entry` is relative to the archive, escaped and cut to 200 characters.
    """

    def __init__(self, reason: str, entry: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.entry = quoted(entry)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle it with both attributes, as Docc2contextError does with all."""
        return type(self), (self.reason, ""), self.__dict__

    def __str__(self) -> str:
        return f"{self.reason} (entry {self.entry})"
