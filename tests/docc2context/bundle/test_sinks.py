import io
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


def test_replacing_takes_a_bundle_but_no_other_folder(tmp_path: Path) -> None:
    for folder, kept in (("bundle", "manifest.json"), ("other", "thesis.docx")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / kept).write_text("old")
    with open_sink(tmp_path / "bundle", PLENTY, replace=True) as sink:
        sink.write("a.md", sink.pack(b"new"))
    assert [path.name for path in (tmp_path / "bundle").iterdir()] == ["a.md"]
    with (
        pytest.raises(DestinationError, match="left alone"),
        open_sink(tmp_path / "other", PLENTY, replace=True),
    ):
        pass
    assert (tmp_path / "other/thesis.docx").read_text() == "old"


def test_replacing_takes_a_zipped_bundle_but_no_other_zip(tmp_path: Path) -> None:
    for name, member in (("bundle.zip", "manifest.json"), ("Kit.zip", "Kit/data/a.json")):
        (tmp_path / name).write_bytes(zipped({member: b"{}"}))
    with open_sink(tmp_path / "bundle.zip", PLENTY, replace=True) as sink:
        sink.write("a.md", sink.pack(b"new"))
    assert unzipped((tmp_path / "bundle.zip").read_bytes()) == {"a.md": b"new"}
    with (
        pytest.raises(DestinationError, match="left alone"),
        open_sink(tmp_path / "Kit.zip", PLENTY, replace=True),
    ):
        pass
    assert unzipped((tmp_path / "Kit.zip").read_bytes()) == {"Kit/data/a.json": b"{}"}


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
