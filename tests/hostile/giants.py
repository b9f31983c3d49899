"""The most laborious archives that the limits admit, each written to a file piece by piece."""

import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from docc2context.archive.limits import DEFAULT_LIMITS
from tests.hostile.rawzip import (
    STORED,
    UTF8,
    Member,
    central_header,
    deflated,
    end_record,
    extra_field,
    local_header,
    zip64_end,
)

ENTRIES = DEFAULT_LIMITS.max_entries
DIRECTORY = DEFAULT_LIMITS.max_directory_bytes
FIXED = 46
"""Bytes of a directory header without name, extra fields and comment."""

ROOM = DIRECTORY // ENTRIES - FIXED
"""Bytes that each of the most entries has for its name, extra fields and comment."""


def write(path: Path, members: Iterable[Member]) -> None:
    """A sound zip of these members, with ZIP64 for their number."""
    directory: list[bytes] = []
    with path.open("wb") as file:
        for member in members:
            directory.append(central_header(member, file.tell()))
            file.write(local_header(member) + member.data() + member.descriptor)
        told = {
            "disk": 0,
            "directory_disk": 0,
            "here": len(directory),
            "entries": len(directory),
            "size": sum(map(len, directory)),
            "offset": file.tell(),
        }
        file.writelines(directory)
        file.write(zip64_end(file.tell(), told))
        file.write(end_record(told | {"here": 0xFFFF, "entries": 0xFFFF}))


def _named(names: Iterable[bytes], flags: int = 0) -> Iterator[Member]:
    return (Member(name, b"", STORED, both={"flags": flags}) for name in names)


def _padded(number: int, before: bytes = b"data/", after: bytes = b".json") -> bytes:
    """A name that fills the room, and differs from others at its end."""
    digits = b"%06d" % number
    return before + b"n" * (ROOM - len(before) - len(digits) - len(after)) + digits + after


def most_pages() -> Iterator[Member]:
    """As many pages as may be, with names as long as may be."""
    return _named(map(_padded, range(ENTRIES)))


def one_too_many() -> Iterator[Member]:
    return _named(b"%d" % number for number in range(ENTRIES + 1))


def widest_names() -> Iterator[Member]:
    """Names of which one character makes all others take four bytes of memory."""
    before = "data/\U0001f600".encode()
    return _named((_padded(number, before) for number in range(ENTRIES)), UTF8)


def separate_roots() -> Iterator[Member]:
    return _named(_padded(number, b"", b"/data/a.json") for number in range(ENTRIES))


def implied_folders() -> Iterator[Member]:
    """Twelve million folders that no entry stands for."""
    yield Member()
    yield from _named(b"%06d" % number + b"/d" * 63 for number in range(ENTRIES - 1))


def names_that_begin_alike() -> Iterator[Member]:
    """Names of which each begins with those before it: every file might be a folder."""
    yield Member()
    for number in range(ENTRIES // 512):
        start = b"%06d" % number
        yield from _named(start + b"x" * length for length in range(256))
    yield from _named(b"y%06d" % number for number in range(ENTRIES // 2 - 1))


def empty_extra_fields() -> Iterator[Member]:
    """Sixteen million extra fields in the directory, and as many in the local headers."""
    extra = extra_field(0x9999, b"") * 15_000
    yield Member()
    for number in range(1100):
        yield Member(b"%d" % number, b"", STORED, both={"extra": extra})


def middling_extra_fields() -> Iterator[Member]:
    """Extra fields just too long for the fast way past them."""
    extra = extra_field(0x9999, bytes(256)) * 230
    yield Member()
    for number in range(1100):
        yield Member(b"%d" % number, b"", STORED, both={"extra": extra})


def long_comments() -> Iterator[Member]:
    yield Member()
    for number in range(1020):
        yield Member(b"%d" % number, b"", STORED, central={"comment": b"c" * 65_535})


def quoting_headers() -> Iterator[Member]:
    """Local headers whose extra fields hold those that follow, each to be looked at again."""
    for number in range(ENTRIES):
        name = b"data/%06d.json" % number
        yield Member(
            name,
            b"",
            STORED,
            local={"extra": struct.pack("<2H", 0x9999, 65_531), "extra_size": 65_535},
        )


def flat_bombs() -> Iterator[Member]:
    """Pages of 16 MiB from 16 KiB each, a little more than may be in all."""
    for number in range(65):
        yield Member(b"data/%d.json" % number, b"", stream=BOMB, both={"size": 16 << 20})


def lying_bomb() -> Iterator[Member]:
    """A page of 200 MB that declares 100 bytes.

    It has 101 before the first MiB of it ends, and all others come after that.
    """
    start = b"\0" + struct.pack("<2H", 101, 0xFFFF ^ 101) + bytes(101)
    blocks = EMPTY_BLOCK * (((1 << 20) - len(start)) // len(EMPTY_BLOCK))
    assert len(start + blocks) == 1 << 20
    yield Member(b"data/a.json", bytes(100), stream=start + blocks + deflated(bytes(200_000_000)))


def much_behind_a_page() -> Iterator[Member]:
    yield Member(b"data/a.json", b"{}", stream=deflated(b"{}") + bytes(150 << 20))


def empty_blocks() -> Iterator[Member]:
    """A page of nothing but the sign that nothing follows, in 100 MB of it."""
    yield Member(b"data/a.json", b"", stream=EMPTY_BLOCK * 20_000_000 + b"\3\0")


EMPTY_BLOCK = b"\0\0\0\xff\xff"
BOMB = deflated(bytes(16 << 20))

READ = "read"
CONVERTED = "converted"
LIMIT = "conversion_limit_exceeded"


class Giant(NamedTuple):
    """What the reader alone makes of it: reads it, or a code; and the whole conversion.

    Where the conversion takes about as long as it may, either of two answers is right.
    """

    members: Callable[[], Iterator[Member]]
    read: str
    answers: tuple[str, ...]


def refused(members: Callable[[], Iterator[Member]], code: str) -> Giant:
    return Giant(members, code, (code,))


GIANTS: dict[str, Giant] = {
    "most pages": Giant(most_pages, READ, (LIMIT,)),
    "one too many": refused(one_too_many, "too_many_entries"),
    "widest names": refused(widest_names, "too_many_entries"),
    "separate roots": Giant(separate_roots, "several_archives", ("several_archives", LIMIT)),
    "implied folders": Giant(implied_folders, READ, (CONVERTED, LIMIT)),
    "names that begin alike": Giant(names_that_begin_alike, READ, (CONVERTED, LIMIT)),
    "empty extra fields": Giant(empty_extra_fields, READ, (CONVERTED, LIMIT)),
    "middling extra fields": Giant(middling_extra_fields, READ, (CONVERTED,)),
    "long comments": Giant(long_comments, READ, (CONVERTED,)),
    "quoting headers": refused(quoting_headers, "ambiguous_zip"),
    "flat bombs": refused(flat_bombs, "archive_too_large"),
    "lying bomb": refused(lying_bomb, "invalid_zip"),
    "much behind a page": refused(much_behind_a_page, "invalid_zip"),
    "empty blocks": Giant(empty_blocks, READ, ("no_convertible_pages",)),
}
"""Each with what comes of it."""
