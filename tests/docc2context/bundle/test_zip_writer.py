import io
import random
import struct
import zipfile
import zlib
from typing import cast

import pytest

from docc2context.archive.end_record import find_directory
from docc2context.archive.limits import DEFAULT_LIMITS
from docc2context.archive.reader import open_archive
from docc2context.archive.source import Source
from docc2context.bundle.packing import (
    DEFLATED,
    STORED,
    PackedFile,
    Packing,
    deflated,
    plain,
    unpacked,
)
from docc2context.bundle.zip_writer import ZipWriter, _end

GIB = 1 << 30


def written(*files: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    writer = ZipWriter(buffer)
    for name, data in files:
        writer.add(name, deflated(data))
    writer.close()
    return buffer.getvalue()


class Skipping(io.RawIOBase):
    """Keeps the last bytes of a file that is far too long to keep."""

    def __init__(self) -> None:
        self.tail = b""

    def write(self, data: object) -> int:
        view = cast("bytes", data)
        self.tail = (self.tail + bytes(view[-4096:]))[-8192:]
        return len(view)


def test_other_readers_read_what_is_written() -> None:
    files = [("a.md", b"text " * 99), ("größe/ä.md", "größe".encode()), ("empty", b"")]
    with zipfile.ZipFile(io.BytesIO(written(*files))) as bundle:
        assert bundle.testzip() is None
        assert [(name, bundle.read(name)) for name in bundle.namelist()] == files
        assert [info.flag_bits for info in bundle.infolist()] == [0, 0x800, 0]


def test_our_own_strict_reader_reads_it_too() -> None:
    data = written(("data/documentation/kit.json", b"{}"), ("metadata.json", b"{}"))
    with open_archive(data, DEFAULT_LIMITS) as archive:
        assert [archive.read(page) for page in archive.pages] == [b"{}"]


def test_what_deflating_would_lengthen_is_stored() -> None:
    noise = random.Random(1).randbytes(500)
    assert deflated(noise) == PackedFile(noise, 500, zlib.crc32(noise), STORED)
    assert deflated(b"a" * 500).method == DEFLATED
    assert plain(b"abc") == PackedFile(b"abc", 3, 0, STORED)


@pytest.mark.parametrize("packing", [deflated, plain])
@pytest.mark.parametrize("data", [b"", b"sloths", b"a" * 500], ids=len)
def test_a_file_is_the_same_again_whichever_way_it_was_packed(
    packing: Packing, data: bytes
) -> None:
    assert unpacked(packing(data)) == data


def test_more_entries_than_the_classic_record_counts_are_counted_by_zip64() -> None:
    names = [f"{n}.md" for n in range(65_536)]
    buffer = io.BytesIO()
    writer = ZipWriter(buffer)
    for name in names:
        writer.add(name, plain(b""))
    writer.close()
    with zipfile.ZipFile(buffer) as bundle:
        assert bundle.namelist() == names
    assert find_directory(Source(buffer), DEFAULT_LIMITS).entries == len(names)


@pytest.mark.parametrize(
    ("entries", "size", "offset", "is_full"),
    [
        (0xFFFE, 0xFFFFFFFE, 0xFFFFFFFE, False),
        (0xFFFF, 0, 0, True),
        (0, 0xFFFFFFFF, 0, True),
        (0, 0, 0xFFFFFFFF, True),
    ],
)
def test_zip64_ends_a_zip_where_a_field_of_the_classic_record_is_full(
    entries: int, size: int, offset: int, *, is_full: bool
) -> None:
    assert _end(entries, size, offset).startswith(b"PK\x06\x06" if is_full else b"PK\x05\x06")


def test_a_zip_is_this_to_the_byte() -> None:
    """As APPNOTE 4.3.7, 4.3.12 and 4.3.16 say, without ZIP64, which nothing here calls for."""
    name = "ä".encode()
    shared = struct.pack("<5H3L2H", 20, 0x800, STORED, 0, 0x21, zlib.crc32(b"x"), 1, 1, 2, 0)
    local = b"PK\x03\x04" + shared + name + b"x"
    central = b"PK\x01\x02" + struct.pack("<H", 0x32D) + shared
    central += struct.pack("<3H2L", 0, 0, 0, 0o100644 << 16, 0) + name
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local), 0)
    assert written(("ä", b"x")) == local + central + end


def test_the_records_of_zip64_are_these_to_the_byte() -> None:
    """As APPNOTE 4.3.14 to 4.3.16 say; the locator leads to where the directory ends."""
    sizes = 0x10000, 0x500000, 5 * GIB
    wide = b"PK\x06\x06" + struct.pack("<Q2H2L", 44, 0x32D, 45, 0, 0)
    wide += struct.pack("<4Q", 0x10000, *sizes)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, 5 * GIB + 0x500000, 1)
    end = struct.pack("<4H2LH", 0, 0, 0xFFFF, 0xFFFF, 0x500000, 0xFFFFFFFF, 0)
    assert _end(*sizes) == wide + locator + b"PK\x05\x06" + end


@pytest.mark.parametrize("offset", [0xFFFFFFFF, 5 * GIB])
def test_an_offset_of_four_gib_is_told_by_zip64(offset: int) -> None:
    file = Skipping()
    writer = ZipWriter(cast("io.BufferedWriter", file))
    writer.add("a", plain(b"x"))
    writer._position = offset
    writer.add("b", plain(b"y"))
    writer.close()
    central = file.tail[file.tail.index(b"PK\x01\x02") :]
    second = central[central.index(b"PK\x01\x02", 4) :]
    shared = struct.pack("<5H3L2H", 45, 0, STORED, 0, 0x21, 0, 1, 1, 1, 12)
    told = b"PK\x01\x02" + struct.pack("<H", 0x32D) + shared
    told += struct.pack("<3H2L", 0, 0, 0, 0o100644 << 16, 0xFFFFFFFF) + b"b"
    assert second.startswith(told + struct.pack("<2HQ", 1, 8, offset))
    assert b"PK\x06\x06" in central
    assert b"PK\x06\x07" in central


def test_the_same_files_give_the_same_bytes() -> None:
    assert written(("a", b"1"), ("b", b"2")) == written(("a", b"1"), ("b", b"2"))
