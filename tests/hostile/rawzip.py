"""Zips written byte by byte, so that any field of them can be wrong."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

PAGE = b"data/documentation/kit.json"
CONTENT = b'{"metadata":{"title":"Kit"},"abstract":[{"type":"text","text":"A kit."}]}'.ljust(128)

STORED = 0
DEFLATED = 8
DESCRIPTOR = 0x8
UTF8 = 0x800
WIDE = 0xFFFFFFFF

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Member:
    """One entry; `local` and `central` overwrite fields of one header, `both` of the two.

    Fields are signature, flags, method, crc, compressed, size, name and extra, in the local header
    extra_size, and in the directory comment, disk, mode and offset. `stream` is the compressed data
    if it is not to be that of `content`.
    """

    name: bytes = PAGE
    content: bytes = CONTENT
    method: int = DEFLATED
    stream: bytes | None = None
    descriptor: bytes = b""
    both: Fields = field(default_factory=dict)
    local: Fields = field(default_factory=dict)
    central: Fields = field(default_factory=dict)

    def data(self) -> bytes:
        if self.stream is not None:
            return self.stream
        return deflated(self.content) if self.method == DEFLATED else self.content

    def fields(self, overwritten: Fields, **more: Any) -> dict[str, Any]:
        told = {
            "flags": 0,
            "method": self.method,
            "crc": zlib.crc32(self.content),
            "compressed": len(self.data()),
            "size": len(self.content),
            "name": self.name,
            "extra": b"",
        }
        return {**told, **more, **self.both, **overwritten}


@cache
def deflated(data: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def local_header(member: Member) -> bytes:
    told = member.fields(member.local)
    fixed = struct.pack(
        "<4s5H3L2H",
        told.get("signature", b"PK\x03\x04"),
        20,
        told["flags"],
        told["method"],
        0,
        0x21,
        told["crc"],
        told["compressed"],
        told["size"],
        len(told["name"]),
        told.get("extra_size", len(told["extra"])),
    )
    return b"".join([fixed, told["name"], told["extra"]])


def central_header(member: Member, offset: int) -> bytes:
    told = member.fields(member.central, offset=offset, comment=b"", disk=0, mode=0o100644)
    fixed = struct.pack(
        "<4s6H3L5H2L",
        told.get("signature", b"PK\x01\x02"),
        (3 << 8) | 20,
        20,
        told["flags"],
        told["method"],
        0,
        0x21,
        told["crc"],
        told["compressed"],
        told["size"],
        len(told["name"]),
        len(told["extra"]),
        len(told["comment"]),
        told["disk"],
        0,
        told["mode"] << 16,
        told["offset"],
    )
    return b"".join([fixed, told["name"], told["extra"], told["comment"]])


def raw_zip(
    *members: Member,
    before: bytes = b"",
    between: bytes = b"",
    after_directory: bytes = b"",
    zip64: Fields | None = None,
    end: Fields | None = None,
    after: bytes = b"",
) -> bytes:
    """A zip of these members, with other bytes before, between and after its parts.

    `end` overwrites fields of the end record: disk, directory_disk, here, entries, size, offset,
    comment, comment_size. `zip64`, if given, adds a ZIP64 end record and overwrites fields of it
    and of its locator: these six, and record_size, locator_disk, locator_offset, disks.
    """
    body, offsets = _body(members, before, between)
    directory = b"".join(map(central_header, members, offsets))
    told: dict[str, Any] = {
        "disk": 0,
        "directory_disk": 0,
        "here": len(members),
        "entries": len(members),
        "size": len(directory),
        "offset": len(body),
    }
    body += directory + after_directory
    if zip64 is not None:
        body += zip64_end(len(body), {**told, **zip64})
    return body + end_record({**told, **(end or {})}) + after


def _body(members: Sequence[Member], before: bytes, between: bytes) -> tuple[bytes, list[int]]:
    parts, offsets, size = [before], [], len(before)
    for member in members:
        offsets.append(size)
        part = local_header(member) + member.data() + member.descriptor + between
        parts.append(part)
        size += len(part)
    return b"".join(parts), offsets


def end_record(told: Fields) -> bytes:
    comment = told.get("comment", b"")
    fixed = struct.pack(
        "<4s4H2LH",
        b"PK\x05\x06",
        *(told[name] for name in ("disk", "directory_disk", "here", "entries", "size", "offset")),
        told.get("comment_size", len(comment)),
    )
    return b"".join([fixed, comment])


def zip64_end(position: int, told: Fields) -> bytes:
    names = ("disk", "directory_disk", "here", "entries", "size", "offset")
    record = struct.pack(
        "<4sQ2H2L4Q",
        b"PK\x06\x06",
        told.get("record_size", 44),
        45,
        45,
        *(told[name] for name in names),
    )
    locator = struct.pack(
        "<4sLQL",
        b"PK\x06\x07",
        told.get("locator_disk", 0),
        told.get("locator_offset", position),
        told.get("disks", 1),
    )
    return record + locator


def extra_field(kind: int, data: bytes) -> bytes:
    return struct.pack("<2H", kind, len(data)) + data


def zip64_field(*values: int) -> bytes:
    return extra_field(1, struct.pack(f"<{len(values)}Q", *values))


def unicode_path(name: bytes, raw: bytes, version: int = 1) -> bytes:
    return extra_field(0x7075, struct.pack("<BL", version, zlib.crc32(raw)) + name)
