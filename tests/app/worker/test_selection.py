"""What the locked child writes for an outside converter, and that nothing in it is trusted."""

import io
import struct
from pathlib import Path

import pytest

from app.worker.selection import NameTooLong, select, unpack
from docc2context import DEFAULT_LIMITS, Reading
from docc2context.archive.names import MAX_NAME_BYTES
from tests.app.archives import page_entry, zipped

PAGE = "data/documentation/foo.json"


def record(name: bytes, content: bytes = b"", size: int | None = None) -> bytes:
    head = struct.pack("<IQ", len(name), len(content) if size is None else size)
    return head + name + content


@pytest.mark.parametrize(("size", "taken"), [(1_000_000, True), (1_000_001, False)])
def test_what_is_selected_is_unpacked(tmp_path: Path, size: int, taken: bool) -> None:
    selection = io.BytesIO()
    archive = zipped(
        {
            page_entry("Foo"): b"{}",
            "Foo.doccarchive/metadata.json": b"{ }",
            "Foo.doccarchive/Info.plist": bytes(size),
            "Foo.doccarchive/images/lake.png": b"png",
        }
    )

    assert select(io.BytesIO(archive), selection, DEFAULT_LIMITS, Reading()) == 1

    selection.seek(0)
    expected = {PAGE: b"{}", "metadata.json": b"{ }"} | (
        {"Info.plist": bytes(size)} if taken else {}
    )
    assert unpack(selection, tmp_path) == sum(map(len, expected.values()))
    files = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert {str(one.relative_to(tmp_path)): one.read_bytes() for one in files} == expected


@pytest.mark.parametrize(
    "name",
    [
        b"",
        b"../x",
        b"a/../../x",
        b"..",
        b"./x",
        b"a//x",
        b"x/",
        b"a\0",
        b"\xff",
        b"n/" * 512 + b"n",
    ],
)
def test_a_name_that_leads_elsewhere_or_nowhere_is_refused(tmp_path: Path, name: bytes) -> None:
    with pytest.raises(ValueError, match=r"unsafe name|can't decode"):
        unpack(io.BytesIO(record(name)), tmp_path / "in")

    assert list(tmp_path.iterdir()) == []


def test_a_name_of_the_greatest_length_is_taken(tmp_path: Path) -> None:
    name = "/".join(["n" * 204] * 5)

    assert unpack(io.BytesIO(record(name.encode(), b"abc")), tmp_path) == 3
    assert len(name) == MAX_NAME_BYTES
    assert (tmp_path / name).read_bytes() == b"abc"


def test_an_absolute_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unsafe name"):
        unpack(io.BytesIO(record(str(tmp_path / "x").encode())), tmp_path / "in")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("selection", "what"),
    [
        (record(b"a")[:5], "a selection is cut off"),
        (record(b"a", b"abc")[:-1], "a selected file is cut off"),
        (record(b"a", size=2**63), "a selected file is cut off"),
    ],
)
def test_what_is_cut_off_is_refused(tmp_path: Path, selection: bytes, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        unpack(io.BytesIO(record(b"first") + selection), tmp_path)


def test_a_file_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        unpack(io.BytesIO(record(b"a", b"first") + record(b"a", b"second")), tmp_path)

    assert (tmp_path / "a").read_bytes() == b"first"


def test_a_name_that_the_file_system_cannot_hold_is_told(tmp_path: Path) -> None:
    with pytest.raises(NameTooLong) as caught:
        unpack(io.BytesIO(record(b"a/" + b"n" * 300)), tmp_path)

    assert caught.value.entry == "a/" + "n" * 300
