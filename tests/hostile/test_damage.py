"""Damage of any kind: an archive is read as it was, or refused with a code of the closed set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docc2context.archive.limits import Limits
from docc2context.archive.reader import open_archive
from docc2context.errors import ArchiveRefused, Code
from tests.hostile.cases import GOOD, descriptor, streamed
from tests.hostile.rawzip import CONTENT, STORED, UTF8, WIDE, Member, raw_zip, zip64_field

LIMITS = Limits(max_entries=50, max_page_bytes=4096, max_archive_bytes=8192)

REFUSALS = {
    Code.EMPTY_UPLOAD,
    Code.NOT_A_ZIP,
    Code.INVALID_ZIP,
    Code.AMBIGUOUS_ZIP,
    Code.MULTI_DISK,
    Code.TOO_MANY_ENTRIES,
    Code.ENCRYPTED,
    Code.UNSUPPORTED_COMPRESSION,
    Code.UNSAFE_ENTRY_NAME,
    Code.UNSAFE_ENTRY_TYPE,
    Code.DUPLICATE_ENTRY,
    Code.NAME_COLLISION,
    Code.IMPOSSIBLE_RATIO,
    Code.NO_DOCC_DATA,
    Code.SEVERAL_ARCHIVES,
    Code.ARCHIVE_TOO_LARGE,
}

SMALL = raw_zip(
    Member(),
    Member(b"data/stored.json", method=STORED),
    Member("data/größe.json".encode(), both={"flags": UTF8}),
    Member(b"metadata.json", b"{}", method=STORED),
    Member(
        b"wide.bin",
        central={"size": WIDE, "compressed": WIDE, "extra": zip64_field(128, len(CONTENT) // 4)},
        stream=b"\0" * 32,
    ),
    streamed(descriptor(), name=b"data/streamed.json"),
    zip64={},
    end={"comment": b"comment"},
)
"""A little of everything that an archive can hold."""


def outcome(data: bytes) -> dict[str, bytes] | Code:
    """The pages of an archive by their names, or why it is refused; no other error."""
    try:
        with open_archive(data, LIMITS) as archive:
            archive.metadata()
            return {page: archive.read(page) for page in archive.pages}
    except ArchiveRefused as error:
        return error.code


WHOLE = outcome(SMALL)


def test_the_small_archive_is_whole() -> None:
    assert isinstance(WHOLE, dict)
    assert set(WHOLE.values()) == {CONTENT}
    assert len(WHOLE) == 4


def test_an_archive_cut_off_anywhere_is_refused() -> None:
    codes = {outcome(SMALL[:length]) for length in range(4, len(SMALL))}
    assert codes == {Code.INVALID_ZIP}


def test_an_archive_that_lost_its_beginning_is_refused() -> None:
    codes = {outcome(SMALL[cut:]) for cut in range(1, len(SMALL))}
    assert codes == {Code.NOT_A_ZIP, Code.AMBIGUOUS_ZIP}


@pytest.mark.parametrize("change", [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF])
def test_a_flipped_byte_changes_nothing_or_is_refused(change: int) -> None:
    for place in range(len(SMALL)):
        flipped = bytearray(SMALL)
        flipped[place] ^= change
        found = outcome(bytes(flipped))
        assert found == WHOLE or found in REFUSALS, place


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good archive with some ranges overwritten, removed, repeated or moved."""
    data = bytearray(draw(st.sampled_from([SMALL, *SOURCES])))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        part = data[start:end]
        match draw(st.sampled_from(["overwrite", "remove", "repeat", "move", "number"])):
            case "overwrite":
                data[start:end] = draw(st.binary(max_size=40))
            case "remove":
                del data[start:end]
            case "repeat":
                data[start:start] = part
            case "move":
                del data[start:end]
                place = draw(st.integers(0, len(data)))
                data[place:place] = part
            case _:
                size = draw(st.sampled_from([1, 2, 4, 8]))
                value = draw(st.sampled_from([0, 1, (1 << 8 * size) - 1, 1 << (8 * size - 1)]))
                data[start : start + size] = value.to_bytes(size, "little")
    return bytes(data)


SOURCES = [neighbour.data for neighbour in GOOD.values() if len(neighbour.data) < 1000]


@given(mutated())
def test_no_mutation_meets_another_error(data: bytes) -> None:
    found = outcome(data)
    assert isinstance(found, dict) or found in REFUSALS


@given(st.binary(max_size=200), st.sampled_from([b"PK\x03\x04", b"PK\x05\x06"]))
def test_no_noise_is_an_archive(noise: bytes, start: bytes) -> None:
    assert outcome(start + noise) in REFUSALS
