"""Faults of the workspace's filesystem: it fills, it is full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from monitoring.drill.faults.base import Fault, loop_device, program, root
from monitoring.drill.site import Site
from monitoring.drill.stack import Stack
from monitoring.drill.traffic import repeated
from monitoring.drill.waiting import retried

_MIB: Final = 1 << 20
_GIB: Final = 1 << 30

_FILLING: Final = "filling"
_SMALL_BYTES: Final = 1100 * _MIB
_FULL_BYTES: Final = 200 * _MIB
"""LowDiskSpace fires under 1 GiB: this suffices, and is all the memory that the tmpfs takes."""

_LARGE_BYTES: Final = 16 * _GIB
_USED_BYTES: Final = int(0.64 * _LARGE_BYTES)
"""DiskWillFillIn4Hours fires only with under 40 % left, and LowDiskSpace at 1 GiB: the room between
them must last for the drill."""

_STEP_BYTES: Final = 12 * _MIB
_STEP_SECONDS: Final = 0.5
"""The rest then lasts for four minutes: longer than the drill, and less than 4 h / 20."""

_UNMOUNT_SECONDS: Final = 10.0
"""The service's children end when they notice that it has ended, and hold files until then."""


@contextmanager
def _small(folder: Path) -> Iterator[Site]:
    with _mounted(
        folder, "-t", "tmpfs", "-o", f"size={_SMALL_BYTES}", "docc2context-drill"
    ) as disk:
        yield Site(workspace=disk)


@contextmanager
def _large(folder: Path) -> Iterator[Site]:
    """In a sparse file, because what is allocated and never written takes no space outside."""
    image = folder / "image"
    with image.open("wb") as holes:
        holes.truncate(_LARGE_BYTES)
    # Without room reserved for root, and without a journal, which would be written.
    make = ("mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", str(image))
    subprocess.run(make, check=True)
    with _mounted(folder, "-o", "loop", str(image)) as disk:
        _allocate(disk / _FILLING, _USED_BYTES)
        yield Site(workspace=disk)


@contextmanager
def _mounted(folder: Path, *what: str) -> Iterator[Path]:
    disk = folder / "disk"
    disk.mkdir()
    mount = ("mount", *what, str(disk))
    subprocess.run(mount, check=True)
    try:
        yield disk
    finally:
        retried(lambda: _unmount(disk), subprocess.CalledProcessError, seconds=_UNMOUNT_SECONDS)


def _unmount(disk: Path) -> None:
    subprocess.run(("umount", str(disk)), check=True)  # noqa: S607  # by PATH, as mount


@contextmanager
def _filled(stack: Stack) -> Iterator[None]:
    file = stack.service.workspace / _FILLING
    try:
        _allocate(file, _FULL_BYTES)
        yield
    finally:
        file.unlink(missing_ok=True)


@contextmanager
def _filling(stack: Stack) -> Iterator[None]:
    file = stack.service.workspace / _FILLING
    try:
        with repeated(lambda: _allocate(file, _STEP_BYTES), every=_STEP_SECONDS):
            yield
    finally:
        file.unlink(missing_ok=True)


def _allocate(file: Path, size: int) -> None:
    """Make a file take this much more."""
    with file.open("ab") as filling:
        os.posix_fallocate(filling.fileno(), filling.tell(), size)


FAULTS: Final = (
    Fault(
        "DiskWillFillIn4Hours",
        "the workspace's filesystem is being filled so fast that it would last four minutes",
        _filling,
        _large,
        looks_back=5 * 60,  # its hour is for seeing that it goes on
        needs=(root, loop_device, program("mkfs.ext4", "e2fsprogs")),
    ),
    Fault("LowDiskSpace", "the workspace's filesystem is filled", _filled, _small, needs=(root,)),
)
