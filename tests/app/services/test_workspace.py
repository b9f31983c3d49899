"""Files without a name."""

import errno
import os
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import ErrorCode, ServiceError
from app.services.workspace import is_writable, shortage_reported, unnamed_file, write_all


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
    with pytest.raises(ServiceError) as caught, shortage_reported():
        raise OSError(number, "full")

    assert caught.value.code is ErrorCode.INSUFFICIENT_STORAGE


def test_another_error_of_the_disk_stays_what_it_is() -> None:
    with pytest.raises(OSError, match="broken"), shortage_reported():
        raise OSError(errno.EIO, "broken")


def test_a_partial_write_is_continued() -> None:
    class Reluctant(FileIO):
        def write(self, data: Any, /) -> int:
            return super().write(data[:3])

    read, write = os.pipe()
    with FileIO(read) as source, Reluctant(write, "w") as target:
        write_all(target, b"12345678")
        assert source.read(20) == b"12345678"


def test_a_workspace_is_writable_or_not(tmp_path: Path) -> None:
    assert is_writable(tmp_path)
    assert not is_writable(tmp_path / "missing")
