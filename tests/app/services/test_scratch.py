"""Folders for outside converters: whose they are, and that they go."""

import asyncio
import stat
from pathlib import Path

import pytest

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
    (tmp_path / "swift-conv-old").mkdir()
    (tmp_path / "swift-conv-file").touch()
    (tmp_path / "swift-conv-link").symlink_to(tmp_path)
    (tmp_path / "other").mkdir()

    async def scenario() -> None:
        async with scratch_folder(tmp_path) as folder:
            assert leftovers(tmp_path) == [tmp_path / "swift-conv-old"]
            assert sweep(tmp_path) == (1, [])
            assert folder.exists()

    asyncio.run(scenario())
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "other",
        "swift-conv-file",
        "swift-conv-link",
    ]


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
