"""The end of a zip: where its central directory lies (APPNOTE 4.3.14 to 4.3.16)."""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from docc2context.archive.limits import Limits
from docc2context.archive.refusals import ambiguous, damaged, multi_disk, too_many, too_many_entries
from docc2context.archive.source import Source

_END_SIGNATURE = b"PK\x05\x06"
_END = struct.Struct("<4s4H2LH")
_LOCATOR_SIGNATURE = b"PK\x06\x07"
_LOCATOR = struct.Struct("<4sLQL")
_END64_SIGNATURE = b"PK\x06\x06"
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_UNCOUNTED = 12
"""Bytes at the start of a ZIP64 end record that its size does not count (APPNOTE 4.3.14.1)."""

_MAX_COMMENT = 0xFFFF
_TAIL = _MAX_COMMENT + _END.size


class Directory(NamedTuple):
    """Where the central directory lies, in bytes, and how many entries it is said to have.

    `wraps` means that only the end record's 16 bits hold the count, and 65,537 entries read as 1.
    """

    entries: int
    size: int
    offset: int
    wraps: bool


class _Fields(NamedTuple):
    """The fields that the end record and its ZIP64 twin share."""

    disk: int
    directory_disk: int
    entries_here: int
    entries: int
    size: int
    offset: int


_SEE_ZIP64 = _Fields(0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
"""What fills a field of the end record whose value only ZIP64 holds (APPNOTE 4.4.1.4)."""


def find_directory(source: Source, limits: Limits) -> Directory:
    """The one directory that every reader must find.

    Raises ArchiveRefused: `invalid_zip` without an end record, `ambiguous_zip` where there are two
    or its parts disagree, `multi_disk`, and `too_many_entries` over the limits.
    """
    start = max(0, source.size - _TAIL)
    tail = source.read(_TAIL, start)
    position = _end_position(tail)
    fields = _Fields._make(_END.unpack_from(tail, position)[1:7])
    boundary = start + position
    if zip64 := _zip64(source, boundary):
        boundary, wide = zip64
        fields = _agreed(fields, wide)
    _check(fields, boundary)
    _check_limits(fields, limits)
    return Directory(fields.entries, fields.size, fields.offset, wraps=zip64 is None)


def _end_position(tail: bytes) -> int:
    """Where the end record begins: the last signature, whose comment must end the file.

    A comment may hold a whole second archive, end record and all. Readers that search from the
    other end would take that one, so two records that both end the file are refused.
    """
    last = tail.rfind(_END_SIGNATURE)
    if last < 0:
        raise damaged("it is cut off, and its end record is missing")
    closing = list(_closing_records(tail))
    if closing == [last]:
        return last
    if closing:
        raise ambiguous("it has two end records")
    if _comment_end(tail, last) > len(tail):
        raise damaged("it is cut off in the middle of its end record")
    raise ambiguous("other data follows its end record")


def _closing_records(tail: bytes) -> Iterator[int]:
    """The end records whose comments reach the end of the file, not counting NUL padding."""
    unpadded_end = len(tail.rstrip(b"\0"))
    for match in re.finditer(re.escape(_END_SIGNATURE), tail):
        position = match.start()
        if unpadded_end <= _comment_end(tail, position) <= len(tail):
            yield position


def _comment_end(tail: bytes, position: int) -> int:
    """Where the comment of an end record ends; past the tail if the record itself is cut off."""
    start = position + _END.size
    return start + int.from_bytes(tail[start - 2 : start], "little")


def _zip64(source: Source, end: int) -> tuple[int, _Fields] | None:
    """The offset of the ZIP64 end record and its fields; None if no locator precedes `end`."""
    place = end - _LOCATOR.size
    locator = source.read(_LOCATOR.size, max(0, place))
    if not locator.startswith(_LOCATOR_SIGNATURE):
        return None
    _, disk, offset, disks = _LOCATOR.unpack(locator)
    if disk or disks > 1:
        raise multi_disk()
    if offset + _END64.size > place:
        raise ambiguous("its ZIP64 locator points to a place that is not before it")
    signature, size, _, _, *fields = _END64.unpack(source.read(_END64.size, offset))
    if signature != _END64_SIGNATURE or offset + _END64_UNCOUNTED + size != place:
        raise ambiguous("its ZIP64 end record is not where its locator says")
    return offset, _Fields._make(fields)


def _agreed(fields: _Fields, wide: _Fields) -> _Fields:
    for field, wide_field, see_zip64 in zip(fields, wide, _SEE_ZIP64, strict=True):
        if field not in (wide_field, see_zip64):
            raise ambiguous("its end record and its ZIP64 end record disagree")
    return wide


def _check(fields: _Fields, boundary: int) -> None:
    if fields.disk or fields.directory_disk:
        raise multi_disk()
    if fields.entries_here != fields.entries:
        raise ambiguous(
            f"its end record counts both {fields.entries_here} and {fields.entries} entries"
        )
    if fields.offset + fields.size != boundary:
        raise ambiguous("its directory does not end where its end record begins")


def _check_limits(fields: _Fields, limits: Limits) -> None:
    if fields.entries > limits.max_entries:
        raise too_many_entries(fields.entries, limits.max_entries)
    if fields.size > limits.max_directory_bytes:
        raise too_many(
            f"has a directory of {fields.size} bytes, "
            f"over the limit of {limits.max_directory_bytes} bytes",
            limits.max_directory_bytes,
        )
