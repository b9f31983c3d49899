"""What the limits admit is read or refused in 2 s of CPU and 150 MB, interpreter included.

Each archive is opened by a child process of its own, which the kernel holds to that.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hostile.giants import GIANTS, write
from tests.hostile.rawzip import Member

MEMORY_BYTES = 150_000_000
CPU_SECONDS = 2

CHILD = f"""
import math, resource, sys
from docc2context.archive.limits import DEFAULT_LIMITS
from docc2context.archive.reader import open_archive
from docc2context.errors import ArchiveRefused

used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used) + {CPU_SECONDS},) * 2)
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY_BYTES},) * 2)
try:
    with open_archive(sys.argv[1], DEFAULT_LIMITS) as archive:
        for page in archive.pages:
            archive.read(page)
    print("read")
except ArchiveRefused as error:
    print(error.code.value)
"""


def run(archive: Path) -> tuple[int, str, str]:
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(archive)], capture_output=True, text=True, check=False
    )
    return child.returncode, child.stdout.strip(), child.stderr


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A place for an archive that may be as large as an upload: gone after each test."""
    path = tmp_path / "giant.zip"
    yield path
    path.unlink()


@pytest.mark.parametrize(("members", "outcome"), GIANTS.values(), ids=GIANTS)
def test_the_most_laborious_archives_stay_within_two_seconds_and_150_megabytes(
    members: Callable[[], Iterator[Member]], outcome: str, file: Path
) -> None:
    write(file, members())
    assert run(file) == (0, outcome, "")


def test_the_child_is_held_to_its_memory() -> None:
    """Without this, the test above could pass on a kernel that knows no such limit."""
    script = (
        f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({MEMORY_BYTES},) * 2);"
        f"bytes({MEMORY_BYTES})"
    )
    child = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert child.returncode == 1
    assert "MemoryError" in child.stderr
