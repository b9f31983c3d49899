"""Files without a name."""

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.core.errors import ErrorCode, ServiceError
from app.services.workspace.faults import faults_reported
from app.services.workspace.files import fault_of, unnamed_file, write_all

DEADLINE_SECONDS = 10


def within(folder: Path, act: Callable[[FileIO], None]) -> FileIO:
    """Act on an unnamed file; the file, when its block has been left."""

    async def scenario() -> FileIO:
        async with unnamed_file(folder) as file:
            act(file)
        return file

    return asyncio.run(scenario())


def test_an_unnamed_file_is_not_in_its_folder_and_closed_after_the_block(tmp_path: Path) -> None:
    def act(file: FileIO) -> None:
        write_all(file, b"hello")

        assert list(tmp_path.iterdir()) == []
        assert os.pread(file.fileno(), 10, 0) == b"hello"
        assert os.fstat(file.fileno()).st_mode & 0o077 == 0

    assert within(tmp_path, act).closed


class HangingDisk:
    """Makes no file before it is told to go on; `made` are those that it has made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked, self.go_on = threading.Event(), threading.Event()
        self.made: list[FileIO] = []

    def make(self, **_: object) -> FileIO:
        self.asked.set()
        assert self.go_on.wait(DEADLINE_SECONDS), "nobody else could do anything"
        self.made.append(FileIO(os.open(self.folder, os.O_TMPFILE | os.O_RDWR), "r+"))
        return self.made[-1]


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HangingDisk:
    disk = HangingDisk(tmp_path)
    monkeypatch.setattr("tempfile.TemporaryFile", disk.make)
    return disk


def test_a_disk_that_hangs_holds_up_nobody_else(disk: HangingDisk) -> None:
    async def scenario() -> None:
        asyncio.get_running_loop().call_later(0.01, disk.go_on.set)
        async with unnamed_file(disk.folder) as file:
            assert not file.closed

    asyncio.run(scenario())
    assert [file.closed for file in disk.made] == [True]


def test_a_caller_that_gives_up_while_the_disk_hangs_leaves_no_file(disk: HangingDisk) -> None:
    async def give_up() -> None:
        async with unnamed_file(disk.folder):
            pytest.fail("it was given up")

    async def scenario() -> None:
        task = asyncio.create_task(give_up())
        await asyncio.to_thread(disk.asked.wait, DEADLINE_SECONDS)
        task.cancel()
        disk.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert [file.closed for file in disk.made] == [True]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_reported_as_such(number: int) -> None:
    with pytest.raises(ServiceError) as caught, faults_reported():
        raise OSError(number, "full")

    assert (caught.value.code, caught.value.retry_after) == (ErrorCode.INSUFFICIENT_STORAGE, 30)
    assert caught.value.detail == "The service has no space left for the upload or its result."


BROKEN = ["EACCES", "EIO", "ENODEV", "ENOTDIR", "ENXIO", "EPERM", "EROFS", "ESTALE"]
UNUSABLE = "The service cannot store uploads at present; its log says why."
TOO_MANY = "The service has reached its limit of open files and connections."


@pytest.mark.parametrize(
    ("name", "code", "detail", "event"),
    [
        *(
            (name, ErrorCode.INSUFFICIENT_STORAGE, UNUSABLE, "workspace_unusable")
            for name in BROKEN
        ),
        ("EMFILE", ErrorCode.BUSY, TOO_MANY, "too_many_open_files"),
        ("ENFILE", ErrorCode.BUSY, TOO_MANY, "too_many_open_files"),
    ],
)
def test_a_fault_of_the_machine_is_logged_in_its_words_and_told_in_ours(
    name: str, code: ErrorCode, detail: str, event: str
) -> None:
    with capture_logs() as lines, pytest.raises(ServiceError) as caught, faults_reported():
        raise OSError(getattr(errno, name), f"it said {name}")

    assert (caught.value.code, caught.value.retry_after) == (code, 30)
    assert caught.value.detail == detail
    assert lines == [{"event": event, "reason": f"it said {name}", "log_level": "error"}]


def test_a_workspace_that_is_gone_is_no_mistake_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ServiceError) as caught:
        within(tmp_path / "missing", FileIO.close)

    assert caught.value.code is ErrorCode.INSUFFICIENT_STORAGE
    assert caught.value.retry_after == 30


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, ErrorCode.INSUFFICIENT_STORAGE), (errno.EMFILE, ErrorCode.BUSY)],
)
def test_what_runs_short_while_a_file_is_open_is_no_mistake_of_ours(
    tmp_path: Path, number: int, code: ErrorCode
) -> None:
    def fail(_: FileIO) -> None:
        raise OSError(number, "short")

    with pytest.raises(ServiceError) as caught:
        within(tmp_path, fail)

    assert caught.value.code is code


def test_a_mistake_of_ours_stays_what_it_is() -> None:
    with pytest.raises(OSError, match="closed"), faults_reported():
        raise OSError(errno.EBADF, "closed")


def test_a_file_that_is_missed_while_one_is_open_is_a_mistake_of_ours(tmp_path: Path) -> None:
    def fail(_: FileIO) -> None:
        raise FileNotFoundError(errno.ENOENT, "rm")

    with pytest.raises(FileNotFoundError):
        within(tmp_path, fail)


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


def test_a_fault_without_words_is_one_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise OSError

    monkeypatch.setattr("tempfile.TemporaryFile", fail)

    assert fault_of(tmp_path) == "OSError"
