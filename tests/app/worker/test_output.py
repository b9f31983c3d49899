"""What an outside converter has left in its folder, as a zip."""

import io
import os
import stat
import zipfile
from collections.abc import Callable
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


def make_socket(path: Path) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "x.md": (lambda path: path.symlink_to("/etc/passwd"), "the symbolic link 'x.md'"),
    "x": (lambda path: path.symlink_to("/"), "the symbolic link 'x'"),
    "a.md": (
        lambda path: path.hardlink_to(path.with_name("b.md")),
        "'a.md', which is not a regular file with one link",
    ),
    "pipe": (os.mkfifo, "'pipe', which is not a regular file with one link"),
    "socket": (make_socket, "'socket', which cannot be read: No such device or address"),
    "c:x": (Path.touch, "the name 'c:x', which no archive should hold"),
    "a/line\n": (Path.touch, r"the name 'a/line\n', which no archive should hold"),
    r"..\x": (Path.touch, r"the name '..\\x', whose backslashes some systems read as folders"),
    "\udcff": (Path.touch, r"the name '\udcff', which is not UTF-8"),
}
"""What does not belong in an archive: how it is made at a path, and what is said of it."""


@pytest.mark.parametrize("name", ODD)
def test_what_does_not_belong_in_an_archive_is_refused(folder: Path, name: str) -> None:
    make, why = ODD[name]
    make(folder / name)

    with pytest.raises(UnusableOutput) as caught:
        zip_output(folder, io.BytesIO(), max_bytes=BYTES, max_entries=ENTRIES + 1)

    assert str(caught.value) == why


def test_a_folder_that_is_none_is_refused(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "a")
    for name, why in {
        "link": "a symbolic link in place of its output folder",
        "none": "no output folder",
    }.items():
        with pytest.raises(UnusableOutput) as caught:
            zip_output(folder / name, io.BytesIO(), max_bytes=BYTES, max_entries=ENTRIES)
        assert str(caught.value) == why
