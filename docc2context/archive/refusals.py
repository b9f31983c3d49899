"""Refusals that several rules share, each worded once."""

from docc2context.errors import ArchiveRefused, Code, LimitExceeded


def damaged(what: str, entry: str | None = None) -> ArchiveRefused:
    """The zip was cut off or altered: `invalid_zip`."""
    return ArchiveRefused(Code.INVALID_ZIP, f"the zip is damaged: {what}", entry=entry)


def trailing(name: str) -> ArchiveRefused:
    """An entry's range holds more than its deflate stream."""
    return damaged("data follows the compressed data of an entry", name)


def cut_off(name: str) -> ArchiveRefused:
    """An entry's deflate stream does not end in its range."""
    return damaged("the compressed data of an entry is cut off", name)


def not_inflatable(name: str) -> ArchiveRefused:
    """An entry's data is not a deflate stream."""
    return damaged("an entry cannot be inflated", name)


def oversized(declared: int, name: str) -> ArchiveRefused:
    """An entry holds more than it declares."""
    return damaged(f"an entry contains more than the {declared} bytes that it declares", name)


def undersized(found: int, declared: int, name: str) -> ArchiveRefused:
    """An entry holds less than it declares."""
    return damaged(f"an entry declares {declared} bytes but contains {found}", name)


def wrong_checksum(name: str) -> ArchiveRefused:
    """An entry's data is not what was packed."""
    return damaged("the checksum of an entry does not match its data", name)


def ambiguous(what: str, entry: str | None = None) -> ArchiveRefused:
    """Two readers could see two archives: `ambiguous_zip`."""
    message = f"the zip can be read in two ways: {what}"
    return ArchiveRefused(Code.AMBIGUOUS_ZIP, message, entry=entry)


def multi_disk() -> ArchiveRefused:
    """The zip is one part of several: `multi_disk`."""
    return ArchiveRefused(Code.MULTI_DISK, "the zip is split across several files")


def too_many(what: str, limit: int) -> LimitExceeded:
    """More entries, or longer ones, than the limits allow: `too_many_entries`."""
    return LimitExceeded(Code.TOO_MANY_ENTRIES, f"the zip {what}", limit=limit)


def too_many_entries(count: int, limit: int) -> LimitExceeded:
    """There are more entries than allowed: `too_many_entries`."""
    return too_many(f"has {count} entries, over the limit of {limit}", limit)
