"""What an outside converter has left in its folder, as a zip."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from app.worker.output import UnusableOutput, ZippedOutput, zip_output
from docc2context import Code, Docc2contextError

LARGE = bytes(5_000_000)
FILES = {"a/deep.MD": b"# Deep\n", "b.md": b"# B\n", "c.md.png": b"png", "large.bin": LARGE}
BYTES = sum(map(len, FILES.values()))
ENTRIES = len(FILES) + 2  # with the folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a").mkdir()
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_all_files_are_zipped_in_the_order_of_their_names(folder: Path) -> None:
    result = io.BytesIO()

    zipped = zip_output(folder, result, max_bytes=BYTES, max_entries=ENTRIES)

    assert zipped == ZippedOutput(documents=2, output_bytes=BYTES)
    with zipfile.ZipFile(result) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert archive.namelist() == sorted(FILES)


def test_a_byte_more_than_the_limit_is_too_large(folder: Path) -> None:
    with pytest.raises(Docc2contextError) as caught:
        zip_output(folder, io.BytesIO(), max_bytes=BYTES - 1, max_entries=ENTRIES)

    assert caught.value.code is Code.OUTPUT_TOO_LARGE


def test_folders_count_among_the_entries(folder: Path) -> None:
    with pytest.raises(UnusableOutput, match="more than 5 files and folders"):
        zip_output(folder, io.BytesIO(), max_bytes=BYTES, max_entries=ENTRIES - 1)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (b"\xff.md", "which is no UTF-8"),
        (b"a\n.md", "which no archive should hold"),
        (b"a\\b.md", "in which some readers see folders"),
    ],
)
def test_a_name_that_readers_would_take_for_another_is_refused(
    folder: Path, name: bytes, why: str
) -> None:
    Path(os.fsdecode(os.path.join(os.fsencode(folder / "a"), name))).touch()  # noqa: PTH118  # bytes

    with pytest.raises(UnusableOutput, match=why):
        zip_output(folder, io.BytesIO(), max_bytes=BYTES, max_entries=ENTRIES + 1)
