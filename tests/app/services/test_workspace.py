"""Files without a name."""

import errno
import os
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import ErrorCode, ServiceError
from app.services.workspace import fault_of, faults_reported, unnamed_file, write_all


def test_an_unnamed_file_is_not_in_its_folder(tmp_path: Path) -> None:
    with unnamed_file(tmp_path) as file:
        write_all(file, b"hello")

        assert list(tmp_path.iterdir()) == []
        assert os.pread(file.fileno(), 10, 0) == b"hello"
        assert os.fstat(file.fileno()).st_mode & 0o077 == 0


def test_an_unnamed_file_is_closed_after_the_block(tmp_path: Path) -> None:
    with unnamed_file(tmp_path) as file:
        pass

    assert file.closed


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_reported_as_such(number: int) -> None:
    with pytest.raises(ServiceError) as caught, faults_reported():
        raise OSError(number, "full")

    assert caught.value.code is ErrorCode.INSUFFICIENT_STORAGE


def test_a_workspace_that_is_gone_is_no_mistake_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ServiceError) as caught, unnamed_file(tmp_path / "missing"):
        pass

    assert caught.value.code is ErrorCode.INSUFFICIENT_STORAGE
    assert caught.value.retry_after == 30


def test_a_mistake_of_ours_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="closed"), faults_reported():
        raise OSError(errno.EBADF, "closed")
    with pytest.raises(FileNotFoundError), unnamed_file(tmp_path):
        raise FileNotFoundError(errno.ENOENT, "rm")


def test_a_partial_write_is_continued() -> None:
    class Reluctant(FileIO):
        def write(self, data: Any, /) -> int:
            return super().write(data[:3])

    read, write = os.pipe()
    with FileIO(read) as source, Reluctant(write, "w") as target:
        write_all(target, b"12345678")
        assert source.read(20) == b"12345678"


def test_a_workspace_without_a_fault_has_none(tmp_path: Path) -> None:
    assert fault_of(tmp_path) is None


def test_a_fault_is_told_in_the_systems_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert fault_of(tmp_path / "missing") == "No such file or directory"
    assert fault_of(tmp_path / "file") == "Not a directory"
