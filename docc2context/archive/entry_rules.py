"""What an entry may say of itself: encryption, compression, sizes and type."""

import stat

from docc2context.archive.central_directory import Entry
from docc2context.archive.names import shown_name
from docc2context.archive.refusals import damaged
from docc2context.errors import ArchiveRefused, Code

STORED = 0
DEFLATED = 8

_ENCRYPTED = 0x1 | 0x40 | 0x2000
"""Encrypted, strongly encrypted, with masked local headers (APPNOTE 4.4.4)."""

_PATCH = 0x20

_TYPE_BITS = 0o170000
_SAFE_TYPES = frozenset({0, stat.S_IFREG, stat.S_IFDIR})

_MAX_RATIO = 1032
"""Deflate's best: 258 bytes for two bits, one for their length and one for their distance."""


def check_readable(entry: Entry) -> None:
    """Refuse an entry that no page can be read from.

    Raises ArchiveRefused: `encrypted`, `unsupported_compression`, `impossible_ratio`, or
    `invalid_zip` if it is stored and its sizes differ.
    """
    if entry.flags & _ENCRYPTED:
        raise _refused(entry, Code.ENCRYPTED, "an entry is encrypted")
    if entry.flags & _PATCH:
        raise _refused(entry, Code.UNSUPPORTED_COMPRESSION, "an entry is compressed patched data")
    if entry.method not in (STORED, DEFLATED):
        message = (
            f"an entry is compressed with method {entry.method}, not 0 (stored) or 8 (deflate)"
        )
        raise _refused(entry, Code.UNSUPPORTED_COMPRESSION, message)
    if entry.size > entry.compressed * _MAX_RATIO:
        raise _refused(
            entry,
            Code.IMPOSSIBLE_RATIO,
            f"an entry declares that {entry.compressed} bytes inflate to {entry.size}, but deflate "
            f"turns one byte into at most {_MAX_RATIO}",
            limit=_MAX_RATIO,
        )
    if entry.method == STORED and entry.size != entry.compressed:
        raise damaged(
            f"an entry is stored in {entry.compressed} bytes but declares {entry.size}",
            shown_name(entry.raw_name),
        )


def checked_type(entry: Entry, name: str) -> str:
    """The name, with a slash at its end if the entry is a folder.

    Raises ArchiveRefused (`unsafe_entry_type`) for anything but a file or an empty folder. The
    mode counts, whichever system the entry claims to come from: only some readers look at that.
    """
    kind = entry.mode & _TYPE_BITS
    if kind not in _SAFE_TYPES:
        raise _unsafe_type("is a link, a device or another special file", name)
    if kind == stat.S_IFDIR and not name.endswith("/"):
        name += "/"
    if entry.size and name.endswith("/"):
        raise _unsafe_type(f"is a folder but declares {entry.size} bytes", name)
    return name


def _unsafe_type(what: str, name: str) -> ArchiveRefused:
    return ArchiveRefused(Code.UNSAFE_ENTRY_TYPE, f"an entry {what}", entry=name)


def _refused(entry: Entry, code: Code, message: str, limit: int | None = None) -> ArchiveRefused:
    return ArchiveRefused(code, message, entry=shown_name(entry.raw_name), limit=limit)
