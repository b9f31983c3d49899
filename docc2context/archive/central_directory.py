"""The central directory of a zip: one header per entry (APPNOTE 4.3.12)."""

import struct
from collections.abc import Iterator

import msgspec

from docc2context.archive.end_record import Directory
from docc2context.archive.extra_fields import extra_fields, widened
from docc2context.archive.limits import Limits
from docc2context.archive.names import shown_name
from docc2context.archive.refusals import ambiguous, damaged, multi_disk, too_many_entries
from docc2context.archive.source import Source

_SIGNATURE = b"PK\x01\x02"
_HEADER = struct.Struct("<4s4x2H4x3L4H2x2L")
_LARGEST_HEADER = _HEADER.size + 3 * 0xFFFF
_CHUNK = 1 << 20
"""Bytes of the directory held at once: of its 64 MiB, only a table of entries is kept."""

_COUNT_MASK = 0xFFFF
"""The bits of a count that the end record has room for (APPNOTE 4.3.16)."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An entry as the directory describes it; sizes and offset in bytes, ZIP64 resolved.

    Not a named tuple: fields are read some thirty times, and a struct's in a third of the time.
    """

    raw_name: bytes
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    offset: int
    mode: int
    unicode_path: bytes | None


def read_directory(source: Source, directory: Directory, limits: Limits) -> Iterator[Entry]:
    """The entries, in the order of the directory.

    macOS restarts the count at 0 after 65,535 entries and writes no ZIP64: see
    DOCS/ADR/0014-more-than-65535-entries.md.
    Raises ArchiveRefused: `invalid_zip`, `ambiguous_zip`, `multi_disk` or `too_many_entries`.
    """
    count = 0
    buffer, position = b"", 0
    unread, end = directory.offset, directory.offset + directory.size
    while position < len(buffer) or unread < end:
        if unread < end and len(buffer) - position < _LARGEST_HEADER:
            chunk = source.read(min(_CHUNK, end - unread), unread)
            buffer, position, unread = buffer[position:] + chunk, 0, unread + len(chunk)
        entry, position = _entry_at(buffer, position)
        count += 1
        if count > limits.max_entries:
            raise too_many_entries(count, limits.max_entries)
        yield entry
    counted = count & _COUNT_MASK if directory.wraps else count
    if counted != directory.entries:
        raise ambiguous(
            f"its directory lists {count} entries, but its end record counts {directory.entries}"
        )


def _entry_at(buffer: bytes, position: int) -> tuple[Entry, int]:
    """The entry whose header is at `position`, and where the next one begins."""
    name_start = position + _HEADER.size
    if name_start > len(buffer):
        raise ambiguous("its directory ends in the middle of an entry")
    (
        signature, flags, method, crc, compressed, size,
        name_size, extra_size, comment_size, disk, attributes, offset,
    ) = _HEADER.unpack_from(buffer, position)  # fmt: skip
    extra_start = name_start + name_size
    comment_start = extra_start + extra_size
    end = comment_start + comment_size
    if signature != _SIGNATURE or end > len(buffer):
        raise damaged("its directory is not a list of entries")
    name = buffer[name_start:extra_start]
    unicode_path = None
    if extra_size:
        zip64, unicode_path = extra_fields(buffer[extra_start:comment_start], name)
        if zip64 is not None:
            size, compressed, offset, disk = _wide(name, (size, compressed, offset, disk), zip64)
    if disk:
        raise multi_disk()
    mode = attributes >> 16
    return Entry(name, flags, method, crc, compressed, size, offset, mode, unicode_path), end


def _wide(name: bytes, values: tuple[int, ...], zip64: bytes) -> tuple[int, ...]:
    wide = widened(values, zip64)
    if wide is None:
        raise ambiguous("the ZIP64 field of an entry contradicts its header", shown_name(name))
    return wide
