"""Folders for outside converters: whose they are, and that they go."""

import asyncio
import fcntl
import os
import resource
import stat
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.core.errors import ErrorCode, ServiceError
from app.services.workspace import scratch
from app.services.workspace.__main__ import main
from app.services.workspace.scratch import leftovers, scratch_folder, sweep


def descriptors() -> set[str]:
    return {one.name for one in Path("/dev/fd").iterdir()}


def test_a_folder_is_for_its_user_alone_and_gone_afterwards(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with scratch_folder(tmp_path) as folder:
            assert folder.name.startswith("swift-conv-")
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            (folder / "deep").mkdir()
            (folder / "deep" / "file").touch()

    asyncio.run(scenario())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_no_leftover(tmp_path: Path) -> None:
    old = [tmp_path / "swift-conv-old", tmp_path / "swift-conv-older"]
    for folder in old:
        folder.mkdir()
    (tmp_path / "swift-conv-file").touch()
    (tmp_path / "swift-conv-link").symlink_to(tmp_path)
    (tmp_path / "other").mkdir()

    async def scenario() -> None:
        async with scratch_folder(tmp_path) as folder:
            assert leftovers(tmp_path) == old
            assert sweep(tmp_path) == (2, [])
            assert folder.exists()

    asyncio.run(scenario())
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "other",
        "swift-conv-file",
        "swift-conv-link",
    ]


MOUNTED = """
mount -t tmpfs none "$1/swift-conv-old/mount" || exit 9
touch "$1/swift-conv-old/mount/kept" "$1/swift-conv-old/gone"
WORKSPACE_DIR="$1" "$2" -m app.services.workspace sweep >&2 || echo "exit code $?"
find "$1" -type f
"""


def test_what_is_mounted_in_a_leftover_is_not_removed_and_its_folder_is_named(
    tmp_path: Path,
) -> None:
    mount = tmp_path / "swift-conv-old" / "mount"
    mount.mkdir(parents=True)

    done = subprocess.run(
        [
            *("unshare", "--user", "--map-root-user", "--mount"),
            *("sh", "-c", MOUNTED, "sh", str(tmp_path), sys.executable),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"SKIPPED: nothing can be mounted here: {done.stderr.strip()}")

    assert done.stdout.splitlines() == ["exit code 1", str(mount / "kept")]
    assert f"0 leftover folders removed from {tmp_path}" in done.stderr.splitlines()
    assert (
        f"{mount.parent} cannot be removed; check its owner and permissions"
        in done.stderr.splitlines()
    )
    (event,) = (line for line in done.stderr.splitlines() if "workspace_not_removed" in line)
    assert str(mount) in event.partition("reason=")[2]


def test_however_much_rm_says_only_how_it_begins_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "rm").write_text("#!/bin/sh\necho begun >&2\nhead -c 20000000 /dev/zero >&2\n")
    (programs / "rm").chmod(0o755)
    (tmp_path / "swift-conv-old").mkdir()
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")

    tracemalloc.start()
    try:
        with capture_logs() as lines:
            assert sweep(tmp_path) == (0, [tmp_path / "swift-conv-old"])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    (line,) = lines
    assert line["reason"].startswith("begun\n")
    assert len(line["reason"]) <= 1000
    assert peak < 2_000_000


def test_nothing_is_swept_unless_the_command_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "swift-conv-old").mkdir()
    monkeypatch.setenv("WORKSPACE_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["workspace"])

    with pytest.raises(SystemExit) as caught:
        main()

    assert caught.value.code == 2
    assert len(list(tmp_path.iterdir())) == 1


async def use(workspace: Path) -> bool:
    async with scratch_folder(workspace) as folder:
        return folder.exists()


def test_what_is_swept_is_nobody_elses_until_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "swift-conv-old").mkdir()
    remove, others = scratch._remove, []

    def watched(folder: Path) -> bool:
        others.append(leftovers(tmp_path))
        return remove(folder)

    monkeypatch.setattr(scratch, "_remove", watched)
    assert sweep(tmp_path) == (1, [])
    assert others == [[]]


def test_who_is_swept_before_he_could_lock_his_folder_makes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = tempfile.mkdtemp
    swept: list[tuple[int, list[Path]]] = []

    def made(prefix: str, dir: Path) -> str:  # noqa: A002  # as mkdtemp calls it
        folder = make(prefix=prefix, dir=dir)
        if not swept:
            swept.append(sweep(tmp_path))
        return folder

    monkeypatch.setattr(tempfile, "mkdtemp", made)
    assert asyncio.run(use(tmp_path))
    assert swept == [(1, [])]
    assert list(tmp_path.iterdir()) == []


def test_who_is_swept_while_he_locks_his_folder_makes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock
    swept: list[tuple[int, list[Path]]] = []

    def sweep_first(descriptor: int, operation: int) -> None:
        if not swept:
            swept.append((0, []))
            swept[0] = sweep(tmp_path)
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", sweep_first)
    before = descriptors()
    assert asyncio.run(use(tmp_path))
    assert swept == [(1, [])]
    assert list(tmp_path.iterdir()) == []
    assert descriptors() == before


def test_a_folder_that_takes_long_to_remove_holds_up_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove, removed_by = scratch._remove, []

    def watched(folder: Path) -> bool:
        removed_by.append(threading.current_thread())
        return remove(folder)

    monkeypatch.setattr(scratch, "_remove", watched)
    assert asyncio.run(use(tmp_path))
    assert len(removed_by) == 1
    assert threading.main_thread() not in removed_by


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    next_one = os.dup(0)
    os.close(next_one)
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_one, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_folder_that_cannot_be_locked_does_not_stay(tmp_path: Path) -> None:
    async def scenario() -> None:
        with no_descriptor_left(), pytest.raises(ServiceError) as caught:
            async with scratch_folder(tmp_path):
                pytest.fail("it could be opened")
        assert caught.value.code is ErrorCode.BUSY

    asyncio.run(scenario())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("turns", range(6))
def test_who_is_cancelled_at_any_moment_leaves_neither_folder_nor_descriptor(
    tmp_path: Path, turns: int
) -> None:
    async def hold() -> None:
        async with scratch_folder(tmp_path):
            await asyncio.sleep(60)

    async def scenario() -> None:
        task = asyncio.create_task(hold())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    before = descriptors()
    asyncio.run(scenario())
    assert list(tmp_path.iterdir()) == []
    assert descriptors() == before
