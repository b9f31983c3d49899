"""For each rule of the reader, archives that break just that rule, and odd ones that must pass.

A case is an archive and the refusal that it must meet; a neighbour is as odd, and sound.
"""

import stat
import struct
import zlib
from dataclasses import dataclass
from functools import cache

from docc2context.archive.limits import DEFAULT_LIMITS, Limits
from docc2context.errors import Code
from tests.hostile.rawzip import (
    CONTENT,
    DESCRIPTOR,
    PAGE,
    STORED,
    UTF8,
    WIDE,
    Member,
    deflated,
    end_record,
    extra_field,
    raw_zip,
    unicode_path,
    zip64_end,
    zip64_field,
)

SIZES = (len(CONTENT), len(deflated(CONTENT)))
"""Uncompressed and compressed, the order in which ZIP64 fields have them."""


@dataclass(frozen=True)
class Case:
    """An archive that must be refused: with this code, naming this entry and this limit.

    `remedy` is what is advised where it is not the advice of the code.
    """

    data: bytes
    code: Code
    entry: bytes | None = None
    limit: int | None = None
    limits: Limits = DEFAULT_LIMITS
    remedy: str | None = None

    @property
    def advice(self) -> str:
        """What the service's clients are told to do, as the sentence that it is there."""
        remedy = self.remedy or self.code.remedy
        return f"{remedy[0].upper()}{remedy[1:]}."


@dataclass(frozen=True)
class Neighbour:
    """An archive that must be read: `page` of it gives `content`."""

    data: bytes
    page: str = PAGE.decode()
    content: bytes = CONTENT
    limits: Limits = DEFAULT_LIMITS


def ambiguous(data: bytes, entry: bytes | None = None) -> Case:
    return Case(data, Code.AMBIGUOUS_ZIP, entry)


def damaged(data: bytes, entry: bytes | None = None) -> Case:
    return Case(data, Code.INVALID_ZIP, entry)


def named(name: bytes, flags: int = 0) -> bytes:
    """A zip of one page and an asset of that name."""
    return raw_zip(Member(), Member(name, b"asset", both={"flags": flags}))


def unsafe_name(name: bytes, shown: bytes | None = None) -> Case:
    return Case(named(name), Code.UNSAFE_ENTRY_NAME, name if shown is None else shown)


def odd_name(
    name: bytes, limit: int | None = None, *, flags: int = 0, shown: bytes | None = None
) -> Case:
    """A name that the same archive would have again if it were zipped again."""
    return Case(
        named(name, flags),
        Code.UNSAFE_ENTRY_NAME,
        name if shown is None else shown,
        limit,
        remedy="leave that entry out of the zip, or rename it",
    )


def typed(mode: int, name: bytes = b"thing", content: bytes = b"") -> bytes:
    return raw_zip(Member(), Member(name, content, STORED, central={"mode": mode}))


@cache
def crowded() -> tuple[bytes, dict[str, int]]:
    """65,537 entries, one more than 16 bits tell from 0, without an end record; what it tells."""
    members = (Member(b"%d" % number, b"", STORED) for number in range(1 << 16))
    data = raw_zip(Member(), *members, end={"here": 0, "entries": 0})
    size, offset = struct.unpack("<2L", data[-10:-2])
    return data[:-22], {"disk": 0, "directory_disk": 0, "size": size, "offset": offset}


def many_entries(counted: int, *, zip64: bool = False) -> bytes:
    """A zip of 65,537 entries, whose end record tells `counted`."""
    data, told = crowded()
    told = {**told, "here": counted, "entries": counted}
    return data + (zip64_end(len(data), told) if zip64 else b"") + end_record(told)


def in_header(**central: object) -> bytes:
    return raw_zip(Member(central=central))


def in_local(**local: object) -> bytes:
    return raw_zip(Member(local=local))


def with_extra(extra: bytes, **both: object) -> bytes:
    return raw_zip(Member(both={"extra": extra, **both}))


def streamed(descriptor: bytes, name: bytes = PAGE, **local: int) -> Member:
    """A member whose local header leaves CRC and sizes to the descriptor, as Finder writes it."""
    zeros = {"crc": 0, "compressed": 0, "size": 0}
    return Member(name, both={"flags": DESCRIPTOR}, local={**zeros, **local}, descriptor=descriptor)


def descriptor(signature: bytes = b"PK\x07\x08", sizes: str = "L") -> bytes:
    return signature + struct.pack(f"<L2{sizes}", zlib.crc32(CONTENT), SIZES[1], SIZES[0])


def overlapping(room: bytes = b"") -> bytes:
    """The data of the first entry is the whole second entry (David Fifield's quoted overlap)."""
    inner = raw_zip(Member(b"b.json"))
    inner = inner[: inner.index(b"PK\x01\x02")]
    outer = Member(b"a.json", inner, STORED, descriptor=room)
    central = {"offset": 30 + len(outer.name), "compressed": SIZES[1]}
    return raw_zip(outer, Member(b"b.json", stream=b"", central=central))


def in_another_order() -> bytes:
    """Two entries, of which the directory tells the second one first."""
    first, second = b"x", PAGE
    offset = raw_zip(Member(first)).index(b"PK\x01\x02")
    return raw_zip(
        Member(first, central={"name": second, "offset": offset}),
        Member(second, central={"name": first, "offset": 0}),
    )


def second_archive_in_comment() -> bytes:
    """Two whole archives in one file, of which one is in the other's comment."""
    outer = raw_zip(Member(content=b"[1]"))
    start = len(outer)
    inner = raw_zip(Member(content=b"[2]"), before=outer)[start:]
    return outer[:-2] + struct.pack("<H", len(inner)) + inner


FLAT_BOMB = Member(content=bytes(20_000_000))
LYING_BOMB = Member(stream=deflated(bytes(20_000_000)))
NESTED = raw_zip(FLAT_BOMB)
LONG_SEGMENT = b"s" * 512
DEEP = b"/".join([b"d"] * 64)
LONG = b"l" * 511 + b"/" + b"l" * 512

HOSTILE: dict[str, Case] = {
    # Steps 2 and 3: where the archive begins and ends.
    "nothing": Case(b"", Code.EMPTY_UPLOAD),
    "no zip": Case(b"%PDF-1.7", Code.NOT_A_ZIP),
    "only a part of a signature": Case(b"PK", Code.NOT_A_ZIP),
    "all but the last byte of a signature": Case(
        raw_zip(Member(local={"signature": b"PK\x03\x05"})), Code.NOT_A_ZIP
    ),
    "bytes before the archive": Case(b"#!/bin/sh\n" + raw_zip(Member()), Code.NOT_A_ZIP),
    "no end record": damaged(raw_zip(Member())[:-22]),
    "an end record cut off": damaged(raw_zip(Member())[:-1]),
    "a comment cut off": damaged(raw_zip(Member(), end={"comment": b"hello"})[:-1]),
    "bytes after the end": ambiguous(raw_zip(Member(), after=b"x")),
    "bytes after padding": ambiguous(raw_zip(Member(), after=b"\0\0x")),
    "an end record after the end": ambiguous(
        raw_zip(
            Member(),
            after=end_record(
                dict.fromkeys(("disk", "directory_disk", "here", "entries", "size", "offset"), 0)
            ),
        )
    ),
    "a second archive in the comment": ambiguous(second_archive_in_comment()),
    "a signature in the comment": ambiguous(
        raw_zip(Member(), end={"comment": b"PK\x05\x06" + bytes(30) + b"x"})
    ),
    "a signature that ends the comment": ambiguous(
        raw_zip(Member(), end={"comment": b"PK\x05\x06"})
    ),
    "two archives, one behind the other": ambiguous(raw_zip(Member()) + raw_zip(Member())),
    "on a second disk": Case(raw_zip(Member(), end={"disk": 1}), Code.MULTI_DISK),
    "a directory on a second disk": Case(
        raw_zip(Member(), end={"directory_disk": 1}), Code.MULTI_DISK
    ),
    "an entry on a second disk": Case(in_header(disk=1), Code.MULTI_DISK),
    "a ZIP64 record on a second disk": Case(
        raw_zip(Member(), zip64={"locator_disk": 1}), Code.MULTI_DISK
    ),
    "two disks": Case(raw_zip(Member(), zip64={"disks": 2}), Code.MULTI_DISK),
    # Step 4: the parts of the end agree.
    "counts apart": ambiguous(raw_zip(Member(), end={"here": 2})),
    "an entry too many counted": ambiguous(raw_zip(Member(), end={"here": 2, "entries": 2})),
    "an entry too few counted": ambiguous(
        raw_zip(Member(), Member(b"b"), end={"here": 1, "entries": 1})
    ),
    "65,537 entries counted as two": ambiguous(many_entries(counted=2)),
    "65,537 entries counted as one by ZIP64": ambiguous(many_entries(counted=1, zip64=True)),
    "no entry counted of one": ambiguous(raw_zip(Member(), end={"here": 0, "entries": 0})),
    "more entries than may be, of which one is counted": Case(
        many_entries(counted=1),
        Code.TOO_MANY_ENTRIES,
        limit=65_536,
        limits=Limits(max_entries=65_536),
    ),
    "a directory that ends early": ambiguous(raw_zip(Member(), after_directory=b"x")),
    "a directory that ends in the middle of an entry": ambiguous(
        raw_zip(Member(), after_directory=b"PK\x01\x02", end={"size": 73 + 4})
    ),
    "a directory of another size": ambiguous(raw_zip(Member(), end={"size": 1})),
    "a directory elsewhere": ambiguous(raw_zip(Member(), end={"offset": 0})),
    "ZIP64 with another count": ambiguous(raw_zip(Member(), zip64={"here": 2, "entries": 2})),
    "ZIP64 and an end record with another count": ambiguous(
        raw_zip(Member(), zip64={}, end={"here": 2, "entries": 2})
    ),
    "ZIP64 with another size": ambiguous(raw_zip(Member(), zip64={"size": 1})),
    "ZIP64 with another offset": ambiguous(raw_zip(Member(), zip64={"offset": 1})),
    "ZIP64 with a locator to elsewhere": ambiguous(raw_zip(Member(), zip64={"locator_offset": 0})),
    "ZIP64 with a locator past the end": ambiguous(
        raw_zip(Member(), zip64={"locator_offset": 1 << 63})
    ),
    "ZIP64 with a locator to itself": ambiguous(
        raw_zip(Member(), zip64={"locator_offset": len(raw_zip(Member(), zip64={})) - 42})
    ),
    "ZIP64 with a record of another size": ambiguous(raw_zip(Member(), zip64={"record_size": 45})),
    "a locator without a record": ambiguous(
        raw_zip(Member(central={"comment": b"PK\x06\x07" + bytes(12) + b"\1\0\0\0"}))
    ),
    "a directory that is none": damaged(in_header(signature=b"PK\x01\x03")),
    # Step 5: how much there may be.
    "too many entries": Case(
        raw_zip(Member(), Member(b"b"), Member(b"c")),
        Code.TOO_MANY_ENTRIES,
        limit=2,
        limits=Limits(max_entries=2),
    ),
    "a directory too large": Case(
        in_header(comment=b"c" * 100),
        Code.TOO_MANY_ENTRIES,
        limit=172,
        limits=Limits(max_directory_bytes=172),
    ),
    "local headers too large": Case(
        in_local(extra=extra_field(0x9999, bytes(100))),
        Code.TOO_MANY_ENTRIES,
        limit=160,
        limits=Limits(max_directory_bytes=160),
    ),
    "names that grow when decoded": Case(
        named(b"a" * 300 + "\U0001f600".encode(), UTF8),
        Code.TOO_MANY_ENTRIES,
        limit=600,
        limits=Limits(max_directory_bytes=600),
    ),
    # Step 6: what can be read.
    "encrypted": Case(raw_zip(Member(both={"flags": 1})), Code.ENCRYPTED, PAGE),
    "strongly encrypted": Case(raw_zip(Member(both={"flags": 0x40})), Code.ENCRYPTED, PAGE),
    "masked headers": Case(raw_zip(Member(both={"flags": 0x2000})), Code.ENCRYPTED, PAGE),
    "an encrypted asset": Case(
        raw_zip(Member(), Member(b"x.png", both={"flags": 1})), Code.ENCRYPTED, b"x.png"
    ),
    **{
        f"method {method}": Case(raw_zip(Member(method=method)), Code.UNSUPPORTED_COMPRESSION, PAGE)
        for method in (1, 6, 9, 12, 14, 93, 95, 98, 99)
    },
    "a patch": Case(raw_zip(Member(both={"flags": 0x20})), Code.UNSUPPORTED_COMPRESSION, PAGE),
    "an extra field that does not fit": damaged(
        in_header(extra=struct.pack("<2H", 0x9999, 5) + b"1234"), PAGE
    ),
    "half an extra field": damaged(in_header(extra=b"\x99\x99\0"), PAGE),
    "a local extra field that does not fit": damaged(
        in_local(extra=struct.pack("<2H", 0x9999, 5) + b"1234"), PAGE
    ),
    "ZIP64 twice": ambiguous(
        raw_zip(Member(central={"size": WIDE, "extra": zip64_field(SIZES[0]) * 2})), PAGE
    ),
    "a ZIP64 field against its header": ambiguous(in_header(extra=zip64_field(1)), PAGE),
    "a ZIP64 field against both headers": ambiguous(with_extra(zip64_field(1)), PAGE),
    "a ZIP64 field too short": ambiguous(
        in_header(size=WIDE, compressed=WIDE, extra=zip64_field(SIZES[0])), PAGE
    ),
    "a ZIP64 field with two readings": ambiguous(
        in_header(compressed=WIDE, extra=zip64_field(SIZES[0], SIZES[1])), PAGE
    ),
    "a local ZIP64 field against its header": ambiguous(in_local(extra=zip64_field(1, 1)), PAGE),
    "a Unicode name twice": ambiguous(in_header(extra=unicode_path(PAGE, PAGE) * 2), PAGE),
    "a Unicode name of another name": ambiguous(with_extra(unicode_path(PAGE, b"another")), PAGE),
    "a Unicode name that differs": ambiguous(
        with_extra(unicode_path(b"data/other.json", PAGE)), PAGE
    ),
    "a Unicode name of another version": ambiguous(
        with_extra(unicode_path(PAGE, PAGE, version=2)), PAGE
    ),
    "a Unicode name that is no UTF-8": ambiguous(with_extra(unicode_path(b"\xff", PAGE)), PAGE),
    "a Unicode name that is no UTF-8, for an old code page": ambiguous(
        raw_zip(Member(), Member(b"\x94", both={"extra": unicode_path(b"\xff", b"\x94")})), rb"\x94"
    ),
    "a Unicode name in the local header alone": ambiguous(
        in_local(extra=unicode_path(b"data/other.json", PAGE)), PAGE
    ),
    "a Unicode name in the local header alone, for an old code page": ambiguous(
        raw_zip(
            Member(
                b"data/\x94.json",
                local={"extra": unicode_path(b"data/other.json", b"data/\x94.json")},
            )
        ),
        "data/ö.json".encode(),
    ),
    # Step 7: names.
    "a NUL in a name": odd_name(b"a\0b"),
    "a line break in a name": odd_name(b"a\nb"),
    "an escape in a name": odd_name(b"a\x1b[2Jb"),
    "the last control in a name": odd_name(b"a\x1fb"),
    "a delete in a name": odd_name(b"a\x7f"),
    "a C1 control in a name": odd_name("a\x85b".encode()),
    "no name": unsafe_name(b""),
    "an absolute name": unsafe_name(b"/etc/passwd"),
    "an absolute Windows name": unsafe_name(b"\\windows", shown=b"/windows"),
    "a name on another host": unsafe_name(b"\\\\host\\share", shown=b"//host/share"),
    "a drive": unsafe_name(b"C:/autoexec.bat"),
    "a place on a drive": unsafe_name(b"c:autoexec.bat"),
    "a name that leads up": unsafe_name(b"../x"),
    "a name that leads up within": unsafe_name(b"a/../../x"),
    "a Windows name that leads up": unsafe_name(b"..\\x", shown=b"../x"),
    "a name that ends above": unsafe_name(b"a/.."),
    "a name that stands still": unsafe_name(b"a/./b"),
    "two leading dots": unsafe_name(b"././a", shown=b"./a"),
    "has an empty segment": unsafe_name(b"a//b"),
    "a folder with two slashes": unsafe_name(b"a//"),
    "a name too long": odd_name(b"x" * 256 + b"/" + b"y" * 256 + b"/" + b"z" * 511, limit=1024),
    "a segment too long": odd_name(LONG_SEGMENT + b"s", limit=512),
    "a name too deep": odd_name(b"d/" + DEEP, limit=64),
    "a name that is not in its encoding": odd_name(b"\xff", flags=UTF8, shown=rb"\xff"),
    "a bad name in the Unicode field": Case(
        raw_zip(Member(), Member(b"\xff", both={"extra": unicode_path(b"../x", b"\xff")})),
        Code.UNSAFE_ENTRY_NAME,
        b"../x",
    ),
    # Step 8: types, and names that stand in each other's place.
    **{
        f"a {kind}": Case(typed(mode | 0o644), Code.UNSAFE_ENTRY_TYPE, b"thing")
        for kind, mode in {
            "link": stat.S_IFLNK,
            "block device": stat.S_IFBLK,
            "character device": stat.S_IFCHR,
            "pipe": stat.S_IFIFO,
            "socket": stat.S_IFSOCK,
            "thing of no type": 0o150000,
        }.items()
    },
    "a link that looks like a folder": Case(
        typed(stat.S_IFLNK, b"thing/"), Code.UNSAFE_ENTRY_TYPE, b"thing/"
    ),
    "a folder with data": Case(
        typed(stat.S_IFDIR, b"thing/", b"data"), Code.UNSAFE_ENTRY_TYPE, b"thing/"
    ),
    "a folder with data and no mode": Case(
        typed(0, b"thing/", b"data"), Code.UNSAFE_ENTRY_TYPE, b"thing/"
    ),
    "a folder by its mode alone, with data": Case(
        typed(stat.S_IFDIR, content=b"data"), Code.UNSAFE_ENTRY_TYPE, b"thing/"
    ),
    "a page twice": Case(raw_zip(Member(), Member(content=b"[]")), Code.DUPLICATE_ENTRY, PAGE),
    "an asset twice": Case(
        raw_zip(Member(), Member(b"x"), Member(b"x")), Code.DUPLICATE_ENTRY, b"x"
    ),
    "a folder twice": Case(
        raw_zip(Member(), Member(b"x/", b""), Member(b"x/", b"")), Code.DUPLICATE_ENTRY, b"x/"
    ),
    "a name twice, once with backslashes": Case(
        raw_zip(Member(), Member(PAGE.replace(b"/", b"\\"))), Code.DUPLICATE_ENTRY, PAGE
    ),
    "a name twice, in two encodings": Case(
        raw_zip(Member(), Member("é".encode()), Member(b"\x82")), Code.DUPLICATE_ENTRY, "é".encode()
    ),
    "a file where a folder is": Case(
        raw_zip(Member(), Member(b"x/", b""), Member(b"x")), Code.NAME_COLLISION, b"x"
    ),
    "a file where a folder is implied": Case(
        raw_zip(Member(), Member(b"x/y/z"), Member(b"x")), Code.NAME_COLLISION, b"x"
    ),
    "a file where a folder is, and others between": Case(
        raw_zip(Member(), Member(b"x"), Member(b"x!"), Member(b"x.y"), Member(b"x/y")),
        Code.NAME_COLLISION,
        b"x",
    ),
    # Step 9: sizes and places.
    "a ratio of deflate's best and one more": Case(
        raw_zip(Member(b"x", stream=b"12", both={"size": 2 * 1032 + 1})),
        Code.IMPOSSIBLE_RATIO,
        b"x",
        limit=1032,
    ),
    "something out of nothing": Case(
        raw_zip(Member(b"x", b"", both={"size": 1}, method=STORED)),
        Code.IMPOSSIBLE_RATIO,
        b"x",
        limit=1032,
    ),
    "stored in fewer bytes": damaged(raw_zip(Member(b"x", b"ab", STORED, both={"size": 3})), b"x"),
    "overlapping entries": ambiguous(overlapping(), b"b.json"),
    "overlapping entries, with room elsewhere": ambiguous(overlapping(bytes(500)), b"b.json"),
    "all entries at one place": ambiguous(
        raw_zip(Member(), Member(b"x", central={"offset": 0})), b"x"
    ),
    "an entry that runs into the next": ambiguous(
        raw_zip(Member(both={"compressed": SIZES[1] + 1}), Member(b"x")), b"x"
    ),
    "an entry that runs into the directory": ambiguous(
        raw_zip(Member(both={"compressed": SIZES[1] + 1})), PAGE
    ),
    "an entry that runs into the directory, with room elsewhere": ambiguous(
        raw_zip(Member(b"x", descriptor=b"room"), Member(both={"compressed": SIZES[1] + 1})), PAGE
    ),
    "an entry in the directory": ambiguous(in_header(offset=len(raw_zip(Member())) - 50), PAGE),
    "an entry past the end": ambiguous(
        in_header(offset=WIDE, extra=zip64_field((1 << 64) - 1)), PAGE
    ),
    "a descriptor without room": ambiguous(raw_zip(streamed(descriptor()[:11])), PAGE),
    "an entry before the first": ambiguous(
        raw_zip(Member(b"x"), Member(b"y"), before=raw_zip(Member())), b"x"
    ),
    "a local header that is none": ambiguous(
        raw_zip(Member(), Member(b"x", local={"signature": b"PK\x03\x05"})), b"x"
    ),
    **{
        f"another {name} in the local header": ambiguous(in_local(**{name: value}), PAGE)
        for name, value in {
            "name": PAGE.upper(),
            "method": STORED,
            "flags": UTF8,
            "crc": 1,
            "compressed": SIZES[1] - 1,
            "size": SIZES[0] + 1,
        }.items()
    },
    "an encrypted entry by its local header alone": ambiguous(in_local(flags=1), PAGE),
    "a shorter name in the local header": ambiguous(
        raw_zip(Member(local={"name": PAGE[:-1]}, descriptor=b"room")), PAGE
    ),
    "a longer name in the local header": ambiguous(in_local(name=PAGE + b"x"), PAGE),
    "zeros in the local header, and no descriptor": ambiguous(
        in_local(crc=0, compressed=0, size=0), PAGE
    ),
    "a descriptor, and other sizes in the local header": ambiguous(
        raw_zip(streamed(descriptor(), size=1)), PAGE
    ),
    # Step 10: which archive it is.
    "no DocC data": Case(raw_zip(Member(b"readme.txt")), Code.NO_DOCC_DATA),
    "no entries": Case(raw_zip(), Code.NO_DOCC_DATA),
    "pages in a nested zip alone": Case(
        raw_zip(Member(b"kit.zip", NESTED)),
        Code.NO_DOCC_DATA,
        remedy="unpack the archive and convert the zip inside it",
    ),
    "the sources of a catalog": Case(
        raw_zip(Member(b"Kit.docc/Kit.md")),
        Code.NO_DOCC_DATA,
        remedy="build the documentation first, and convert the .doccarchive that this produces",
    ),
    "two archives": Case(
        raw_zip(Member(b"A.doccarchive/" + PAGE), Member(b"B.doccarchive/" + PAGE)),
        Code.SEVERAL_ARCHIVES,
    ),
    # Step 11: sizes of pages.
    "a flat bomb": Case(
        raw_zip(FLAT_BOMB),
        Code.ARCHIVE_TOO_LARGE,
        PAGE,
        limit=16 << 20,
        remedy="leave that page out of the archive",
    ),
    "pages too large together": Case(
        raw_zip(Member(), Member(b"data/b.json")),
        Code.ARCHIVE_TOO_LARGE,
        limit=255,
        limits=Limits(max_archive_bytes=255),
    ),
    "a bomb that says it is small": damaged(raw_zip(LYING_BOMB), PAGE),
    "a page one byte longer than declared": damaged(raw_zip(Member(both={"size": 127})), PAGE),
    "a page one byte shorter than declared": damaged(raw_zip(Member(both={"size": 129})), PAGE),
    "a page of another checksum": damaged(raw_zip(Member(both={"crc": 7})), PAGE),
    "a stored page of another checksum": damaged(
        raw_zip(Member(method=STORED, both={"crc": 7})), PAGE
    ),
    "a page that is no deflate": damaged(raw_zip(Member(stream=b"\xff" * 30)), PAGE),
    "a page cut off": damaged(raw_zip(Member(stream=deflated(CONTENT)[:-1])), PAGE),
    "a page with more behind it": damaged(raw_zip(Member(stream=deflated(CONTENT) + b"x")), PAGE),
    "a page with much more behind it": damaged(
        raw_zip(Member(stream=deflated(CONTENT) + bytes(3 << 20))), PAGE
    ),
    "a page of no bytes at all": damaged(raw_zip(Member(content=b"", stream=b"")), PAGE),
}

USUAL = {name: case for name, case in HOSTILE.items() if case.limits == DEFAULT_LIMITS}
"""Those that need no limit of their own."""

GOOD: dict[str, Neighbour] = {
    "plain": Neighbour(raw_zip(Member())),
    "stored": Neighbour(raw_zip(Member(method=STORED))),
    # Step 3.
    "a comment": Neighbour(raw_zip(Member(), end={"comment": b"hello"})),
    "the longest comment": Neighbour(raw_zip(Member(), end={"comment": b"c" * 65_535})),
    "NUL padding": Neighbour(raw_zip(Member(), after=bytes(512))),
    "a comment and padding": Neighbour(raw_zip(Member(), end={"comment": b"c\0"}, after=bytes(9))),
    "a comment of NULs": Neighbour(raw_zip(Member(), end={"comment": bytes(9)})),
    "an end record in the data": Neighbour(
        raw_zip(Member(), Member(b"inner.zip", raw_zip(Member()), STORED))
    ),
    # Step 4.
    "ZIP64": Neighbour(raw_zip(Member(), zip64={})),
    "ZIP64, as all else is full of ones": Neighbour(
        raw_zip(
            Member(),
            zip64={},
            end=dict.fromkeys(("disk", "directory_disk", "here", "entries"), 0xFFFF)
            | {"size": WIDE, "offset": WIDE},
        )
    ),
    "more entries than the end record can count, as macOS writes them": Neighbour(
        many_entries(counted=1)
    ),
    "a locator that counts no disks": Neighbour(raw_zip(Member(), zip64={"disks": 0})),
    # Step 5.
    "as many entries as may be": Neighbour(
        raw_zip(Member(), Member(b"b")), limits=Limits(max_entries=2)
    ),
    "a directory as large as may be": Neighbour(
        in_header(comment=b"c" * 100), limits=Limits(max_directory_bytes=173)
    ),
    "local headers as large as may be": Neighbour(
        in_local(extra=extra_field(0x9999, bytes(100))), limits=Limits(max_directory_bytes=161)
    ),
    "names that hardly fit into the bound": Neighbour(
        named(b"a" * 300), limits=Limits(max_directory_bytes=419)
    ),
    # Step 6.
    "a strange extra field": Neighbour(with_extra(extra_field(0x9999, b"?"))),
    "an extra field of nothing": Neighbour(with_extra(extra_field(0xCAFE, b""))),
    "one extra field twice": Neighbour(with_extra(extra_field(0x5455, b"12345") * 2)),
    "an extra field, and a comment behind it": Neighbour(
        in_header(extra=extra_field(0x9999, b"?"), comment=b"hello")
    ),
    "a long extra field": Neighbour(with_extra(extra_field(0x9999, bytes(60_000)))),
    "a long extra field twice": Neighbour(with_extra(extra_field(0x9999, bytes(256)) * 2)),
    "sizes in ZIP64": Neighbour(
        raw_zip(Member(both={"size": WIDE, "compressed": WIDE, "extra": zip64_field(*SIZES)}))
    ),
    "one size in ZIP64": Neighbour(in_header(size=WIDE, extra=zip64_field(SIZES[0]))),
    "sizes in ZIP64, and another field behind them": Neighbour(
        with_extra(zip64_field(*SIZES) + extra_field(0x5455, b"12345"), size=WIDE, compressed=WIDE)
    ),
    "an offset in ZIP64": Neighbour(in_header(offset=WIDE, extra=zip64_field(0))),
    "a disk in ZIP64": Neighbour(in_header(disk=0xFFFF, extra=extra_field(1, bytes(4)))),
    "sizes in both places, as Go writes them": Neighbour(
        in_header(size=WIDE, compressed=WIDE, extra=zip64_field(*SIZES, 0))
    ),
    "an empty ZIP64 field": Neighbour(with_extra(extra_field(1, b""))),
    "a Unicode name that agrees": Neighbour(with_extra(unicode_path(PAGE, PAGE))),
    "a Unicode name for an old code page": Neighbour(
        raw_zip(
            Member(
                b"data/gr\x94\xe1e.json",
                both={"extra": unicode_path("data/größe.json".encode(), b"data/gr\x94\xe1e.json")},
            )
        ),
        page="data/größe.json",
    ),
    "a Unicode name in the directory alone": Neighbour(in_header(extra=unicode_path(PAGE, PAGE))),
    "a Unicode name in the directory alone, for what no code page has": Neighbour(
        raw_zip(
            Member(
                b"data/\x94.json",
                central={"extra": unicode_path("data/日本.json".encode(), b"data/\x94.json")},
                local={"extra": extra_field(0x5455, b"12345")},
            )
        ),
        page="data/日本.json",
    ),
    "a Unicode name in the local header alone, of a folder": Neighbour(
        raw_zip(Member(), Member(b"x/", b"", local={"extra": unicode_path(b"x/", b"x/")}))
    ),
    "a Unicode name in the local header alone, of a folder by its mode alone": Neighbour(
        raw_zip(
            Member(),
            Member(
                b"x", b"", central={"mode": stat.S_IFDIR}, local={"extra": unicode_path(b"x", b"x")}
            ),
        )
    ),
    "levels of compression apart": Neighbour(in_local(flags=0x6)),
    # Step 7.
    "operators": Neighbour(named(b"data/documentation/kit/!=(_:_:)-1a2b3.json")),
    "a space": Neighbour(named(b"a b")),
    "all that Windows forbids": Neighbour(named(b'con/a<b>:"|?*.')),
    "hidden": Neighbour(named(b".hidden/...")),
    "a colon further on": Neighbour(named(b"ab:c")),
    "as long as may be": Neighbour(named(LONG)),
    "a segment as long as may be": Neighbour(named(LONG_SEGMENT)),
    "as deep as may be": Neighbour(named(DEEP)),
    "a leading dot": Neighbour(raw_zip(Member(b"./" + PAGE))),
    "the root as a folder": Neighbour(raw_zip(Member(b"./", b"", STORED), Member(b"./" + PAGE))),
    "backslashes": Neighbour(raw_zip(Member(b".\\" + PAGE.replace(b"/", b"\\")))),
    "UTF-8 without its flag": Neighbour(
        raw_zip(Member("data/größe.json".encode())), page="data/größe.json"
    ),
    "UTF-8 with its flag": Neighbour(
        raw_zip(Member("data/日本.json".encode(), both={"flags": UTF8})), page="data/日本.json"
    ),
    "CP437": Neighbour(raw_zip(Member(b"data/gr\x94\xe1e.json")), page="data/größe.json"),
    # Step 8.
    "a mode without a type": Neighbour(in_header(mode=0o644)),
    "a folder": Neighbour(typed(stat.S_IFDIR | 0o755, b"thing/")),
    "a folder by its mode alone": Neighbour(
        raw_zip(Member(), Member(b"x", b"", central={"mode": stat.S_IFDIR}), Member(b"x/y"))
    ),
    "a folder deflated to two bytes": Neighbour(raw_zip(Member(), Member(b"x/", b""))),
    "names that differ in case": Neighbour(raw_zip(Member(), Member(PAGE.upper()))),
    "names that differ in composition": Neighbour(
        raw_zip(Member(), Member("\u00e9".encode()), Member("e\u0301".encode()))
    ),
    "a name that begins with another": Neighbour(
        raw_zip(Member(), Member(b"x"), Member(b"x.y/z"), Member(b"xy/z"))
    ),
    "a name that begins with another, where all others come before": Neighbour(
        raw_zip(Member(), Member(b"x"), Member(b"x!"))
    ),
    # Step 9.
    "deflate at its best": Neighbour(raw_zip(Member(), Member(b"x", bytes(10_000_000)))),
    "all that deflate could ever make": Neighbour(
        raw_zip(Member(), Member(b"x", stream=b"12", both={"size": 2 * 1032}))
    ),
    "room between entries": Neighbour(raw_zip(Member(), Member(b"x"), between=b"room")),
    "in another order than the directory's": Neighbour(in_another_order()),
    "a descriptor": Neighbour(raw_zip(streamed(descriptor()))),
    "a descriptor without signature": Neighbour(raw_zip(streamed(descriptor(b"")))),
    "a descriptor of ZIP64": Neighbour(raw_zip(streamed(descriptor(sizes="Q")), Member(b"x"))),
    "a descriptor that repeats": Neighbour(raw_zip(streamed(descriptor(), size=SIZES[0]))),
    "a descriptor, and zeros in ZIP64": Neighbour(
        raw_zip(
            Member(
                both={"flags": DESCRIPTOR},
                local={"crc": 0, "size": WIDE, "compressed": WIDE, "extra": zip64_field(0, 0)},
                descriptor=descriptor(sizes="Q"),
            )
        )
    ),
    # Steps 10 and 11.
    "Finder's litter": Neighbour(
        raw_zip(Member(), Member(b"__MACOSX/data/._kit.json"), Member(b"data/.DS_Store"))
    ),
    "a nested bomb": Neighbour(raw_zip(Member(), Member(b"downloads/kit.zip", NESTED))),
    "a bomb as an asset": Neighbour(raw_zip(Member(), Member(b"videos/x.mov", bytes(20_000_000)))),
    "an asset that is damaged": Neighbour(
        raw_zip(Member(), Member(b"images/x.png", stream=b"\xff" * 30))
    ),
    "a page as large as may be": Neighbour(
        raw_zip(Member()),
        limits=Limits(max_page_bytes=128, max_archive_bytes=128),
    ),
    "a page of many empty blocks": Neighbour(
        raw_zip(Member(stream=b"\0\0\0\xff\xff" * 500_000 + deflated(CONTENT)))
    ),
    "an empty page": Neighbour(raw_zip(Member(content=b""), Member(b"data/b.json")), content=b""),
}
