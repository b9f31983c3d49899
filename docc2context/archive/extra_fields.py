"""The extra fields of a header (APPNOTE 4.5): the two that change how an entry is read."""

import re
import struct
from functools import lru_cache
from typing import NamedTuple

from docc2context.archive.names import shown_name
from docc2context.archive.refusals import ambiguous, damaged

_ZIP64 = b"\x01\x00"
_UNICODE_PATH = b"up"
_FIELD_HEADER = 4
_USUAL_BYTES = 64
_SHORT = 256

_OTHER_FIELDS = re.compile(
    rb"(?:(?!\x01\x00|up)..(?:%b)){0,4096}"
    % b"|".join(re.escape(struct.pack("<H", size)) + b".{%d}" % size for size in range(_SHORT)),
    re.DOTALL,
)
"""A run of short fields other than the two: a directory can hold 16 million, too many for a loop.

The run is bounded because the engine remembers each step of it; a possessive `*+` would not, but
Python 3.11.2 matches those wrongly.
"""

_WIDE = (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFF)
_WIDE_FORMATS = ("Q", "Q", "Q", "L")


class ExtraFields(NamedTuple):
    """The data of the two fields; None for a field that the header lacks."""

    zip64: bytes | None = None
    unicode_path: bytes | None = None


_NONE = ExtraFields()


def extra_fields(extra: bytes, raw_name: bytes) -> ExtraFields:
    """The ZIP64 (4.5.3) and Unicode path (4.6.9) fields in the header of an entry.

    Raises ArchiveRefused: `invalid_zip` if the fields overrun the header, `ambiguous_zip` if one
    of the two occurs twice.
    """
    position = _usual_end(extra) if len(extra) <= _USUAL_BYTES else _pass_others(extra, 0)
    if position == len(extra):
        return _NONE
    found: dict[bytes, bytes] = {}
    while position < len(extra):
        kind, data = _field(extra, position, raw_name)
        if kind in found:
            raise ambiguous("an entry has the same extra field twice", shown_name(raw_name))
        if kind in (_ZIP64, _UNICODE_PATH):
            found[kind] = data
        position = _pass_others(extra, position + _FIELD_HEADER + len(data))
    return ExtraFields(found.get(_ZIP64), found.get(_UNICODE_PATH))


def _pass_others(extra: bytes, position: int) -> int:
    while position < len(extra):
        match = _OTHER_FIELDS.match(extra, position)
        if match is None or match.end() == position:
            break
        position = match.end()
    return position


@lru_cache(maxsize=256)
def _usual_end(extra: bytes) -> int:
    """`_pass_others` from the start, cached: times and owners repeat from entry to entry."""
    return _pass_others(extra, 0)


def _field(extra: bytes, position: int, raw_name: bytes) -> tuple[bytes, bytes]:
    start = position + _FIELD_HEADER
    end = start + int.from_bytes(extra[start - 2 : start], "little")
    if max(start, end) > len(extra):
        raise damaged(
            "an entry has an extra field longer than the space for it", shown_name(raw_name)
        )
    return extra[position : position + 2], extra[start:end]


def widened(values: tuple[int, ...], zip64: bytes) -> tuple[int, ...] | None:
    """Size, compressed size, offset and disk of a header, with ZIP64's where it refers to ZIP64.

    The field should hold only the values whose place in the header is filled with ones, but some
    tools (Go's, for one) add those that follow them: these must repeat the header. None if the
    field has the wrong size or contradicts the header.
    """
    missing = [place for place, value in enumerate(values) if value == _WIDE[place]]
    layouts = [missing]
    if missing == list(range(len(missing))):
        layouts += [list(range(count)) for count in range(len(missing) + 1, len(values) + 1)]
    for places in layouts:
        form = struct.Struct("<" + "".join(_WIDE_FORMATS[place] for place in places))
        if form.size == len(zip64):
            return _filled(values, dict(zip(places, form.unpack(zip64), strict=True)))
    return None


def _filled(values: tuple[int, ...], wide: dict[int, int]) -> tuple[int, ...] | None:
    if any(values[place] not in (value, _WIDE[place]) for place, value in wide.items()):
        return None
    return tuple(wide.get(place, value) for place, value in enumerate(values))
