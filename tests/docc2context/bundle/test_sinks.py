import io
import os
import zipfile
from pathlib import Path

import pytest

from docc2context.bundle.sinks import open_sink
from docc2context.errors import DestinationError, OutputTooLarge
from tests.docc2context.archives import unzipped, zipped

PLENTY = 1000


def test_a_zip_has_no_date_and_no_origin() -> None:
    buffer = io.BytesIO()
    with open_sink(buffer, PLENTY, replace=False) as sink:
        sink.write("a/b.md", sink.pack(b"text"))
    with zipfile.ZipFile(buffer) as file:
        (info,) = file.infolist()
    assert (info.date_time, info.create_system, oct(info.external_attr >> 16)) == (
        (1980, 1, 1, 0, 0, 0),
        3,
        "0o100644",
    )


@pytest.mark.parametrize("name", ["out.zip", "deep/er/out.zip"])
def test_a_path_that_ends_in_zip_becomes_a_zip(tmp_path: Path, name: str) -> None:
    with open_sink(tmp_path / name, PLENTY, replace=False) as sink:
        sink.write("a.md", sink.pack(b"text"))
    assert unzipped((tmp_path / name).read_bytes()) == {"a.md": b"text"}


def test_another_path_becomes_a_folder(tmp_path: Path) -> None:
    with open_sink(tmp_path / "out", PLENTY, replace=False) as sink:
        sink.write("a/b.md", sink.pack(b"text"))
    assert (tmp_path / "out/a/b.md").read_bytes() == b"text"
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_nothing_is_left_when_the_bundle_is_not_whole(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        open_sink(tmp_path / name, PLENTY, replace=False) as sink,
    ):
        sink.write("a.md", sink.pack(b"text"))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_output_over_the_limit_is_stopped(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(OutputTooLarge, match="5 bytes") as error,
        open_sink(tmp_path / name, 5, replace=False) as sink,
    ):
        sink.write("a.md", sink.pack(b"12345"))
        sink.write("b.md", sink.pack(b"6"))
    assert error.value.limit == 5


def test_a_file_is_left_empty_when_the_bundle_is_not_whole() -> None:
    buffer = io.BytesIO()
    with pytest.raises(OutputTooLarge), open_sink(buffer, 5, replace=False) as sink:
        sink.write("a.md", sink.pack(b"123456"))
    assert buffer.getvalue() == b""


def test_what_stands_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    (tmp_path / "out.zip").write_text("mine")
    for name in ("out", "out.zip"):
        with (
            pytest.raises(DestinationError, match="left alone"),
            open_sink(tmp_path / name, PLENTY, replace=False),
        ):
            pass
    assert (tmp_path / "out/mine.txt").read_text() == "mine"


OURS = [
    b'{"format":1,"converter":{"name":"docc2context","version":"0.1.0"},"title":"Kit",\n"pages": [',
    b'{"format":23,"converter":{"name":"docc2context","version":"4.5"}',
]
"""What manifests of ours begin with, in the first version and in any other."""

FOREIGN = [
    b"",
    b"{}",
    b'{"name": "My site", "icons": [], "start_url": "/"}',
    b'{"format":1,"converter":{"name":"another","version":"0.1.0"},"title":"docc2context"',
    b'{"format":1,"title":"Kit","converter":{"name":"docc2context","version":"0.1.0"}',
    b'{"format":1,"converter":{"name":"docc2context-fork","version":"0.1.0"}',
]
"""What many another tool calls `manifest.json` too."""


def replaced(path: Path) -> None:
    with open_sink(path, PLENTY, replace=True) as sink:
        sink.write("a.md", sink.pack(b"new"))


@pytest.mark.parametrize("opening", OURS)
def test_a_bundle_of_any_version_is_replaced(tmp_path: Path, opening: bytes) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle/manifest.json").write_bytes(opening)
    (tmp_path / "bundle.zip").write_bytes(zipped({"manifest.json": opening}))
    for name in ("bundle", "bundle.zip"):
        replaced(tmp_path / name)
    assert [path.name for path in (tmp_path / "bundle").iterdir()] == ["a.md"]
    assert unzipped((tmp_path / "bundle.zip").read_bytes()) == {"a.md": b"new"}


@pytest.mark.parametrize("manifest", FOREIGN)
def test_what_has_a_manifest_of_another_tool_is_left_alone(tmp_path: Path, manifest: bytes) -> None:
    files = {"manifest.json": manifest, "thesis.docx": b"old"}
    (tmp_path / "site").mkdir()
    for name, data in files.items():
        (tmp_path / "site" / name).write_bytes(data)
    (tmp_path / "site.zip").write_bytes(zipped(files))
    for name in ("site", "site.zip"):
        with pytest.raises(DestinationError, match="left alone"):
            replaced(tmp_path / name)
    assert {path.name: path.read_bytes() for path in (tmp_path / "site").iterdir()} == files
    assert unzipped((tmp_path / "site.zip").read_bytes()) == files


def test_what_has_no_manifest_that_can_be_read_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder/manifest.json").mkdir(parents=True)
    os.mkfifo(tmp_path / "manifest.json")
    whole, bzip2 = zipped({"manifest.json": OURS[0] * 99}), zipfile.ZIP_BZIP2
    start = whole.index(b"manifest.json") + len("manifest.json")
    zips = {
        "other.zip": zipped({"Kit/data/a.json": b"{}"}),
        "none.zip": b"hello",
        "cut.zip": whole[:60],
        "damaged.zip": whole[:start] + b"\xff" * 9 + whole[start + 9 :],
        "encrypted.zip": whole.replace(b"\x14\0\0\0\x08\0", b"\x14\0\1\0\x08\0"),
        "packed.zip": zipped({"manifest.json": OURS[0]}, bzip2),
    }
    for name, data in zips.items():
        (tmp_path / name).write_bytes(data)
    for name in ("folder", "", *zips):
        with pytest.raises(DestinationError, match="left alone"):
            replaced(tmp_path / name)
    assert {name: (tmp_path / name).read_bytes() for name in zips} == zips


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with open_sink(tmp_path / "out", PLENTY, replace=False) as sink:
        sink.write("a.md", sink.pack(b"text"))
    assert (tmp_path / "out/a.md").read_bytes() == b"text"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(DestinationError, match=r"'out' cannot be written: Not a directory"),
        open_sink(tmp_path / "file/out", PLENTY, replace=False),
    ):
        pass
