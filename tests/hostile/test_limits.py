"""What the limits admit is read or refused in 6 s of CPU and 150 MB, interpreter included.

On a quiet machine it takes about a third of that; one that shares its processors is slower.

Each archive is opened by a child process of its own, which the kernel holds to that; and converted
by one of the service's, which is held to the same.
"""

import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from app.worker.options import Options
from tests.hostile.giants import CONVERTED, ENTRIES, GIANTS, LIMIT, Giant, write
from tests.hostile.locked_child import BOUNDS, answer

MEMORY_BYTES = 150_000_000
CPU_SECONDS = 6

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


@pytest.mark.parametrize("giant", GIANTS.values(), ids=GIANTS)
def test_the_most_laborious_archives_stay_within_seconds_and_150_megabytes(
    giant: Giant, file: Path
) -> None:
    write(file, giant.members())
    assert run(file) == (0, giant.read, "")
    bounds = msgspec.structs.replace(BOUNDS, cpu_seconds=CPU_SECONDS)
    assert answer(file, bounds=bounds) in giant.answers


def test_folders_that_only_assets_imply_are_not_written_down(file: Path) -> None:
    """Twelve million of them took 2 GB; to find where each asset goes takes over two seconds."""
    write(file, GIANTS["implied folders"].members())
    assert answer(file, options=Options(assets=True)) == LIMIT

    write(file, islice(GIANTS["implied folders"].members(), ENTRIES // 4))
    roomy = msgspec.structs.replace(BOUNDS, cpu_seconds=60)
    assert answer(file, options=Options(assets=True), bounds=roomy) == CONVERTED


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
