"""What watches an outside program."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.worker.program import _children, _children_of, _OutputReader, size_and_entries
from tests.app.serving import NEEDS_PROC

pytestmark = NEEDS_PROC


def test_a_thread_that_has_just_ended_has_no_children() -> None:
    assert _children_of(Path("/proc/self/task/0")) == []


def test_children_are_found_whichever_thread_has_them() -> None:
    with subprocess.Popen(["sleep", "600"]) as process:
        found = _children()
        process.kill()

    assert process.pid in found


def test_what_lies_below_a_folder_is_counted_and_no_link_followed(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(bytes(1000))
    (tmp_path / "link").symlink_to("/")
    folders = (tmp_path / "deep").stat().st_size + len(str((tmp_path / "link").readlink()))

    assert size_and_entries(tmp_path) == (folders + 1000, 3)


def test_of_a_programs_output_the_end_is_kept() -> None:
    theirs, ours = os.pipe()
    reader = _OutputReader(os.fdopen(theirs, "rb"))
    for _ in range(20):
        os.write(ours, b"x" * 10_000)
    os.write(ours, b"\xff is the fault\n")
    os.close(ours)

    assert reader.end_of_output() == "x" * (4000 - 15) + "\ufffd is the fault"


WITHOUT_THREADS = """
import resource, sys, threading
from pathlib import Path
from app.worker import program
from app.worker.locks.bounds import Bounds

limit = 1 << 30
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
threading.stack_size(limit)
bounds = Bounds(memory_bytes=limit, cpu_seconds=60, file_bytes=limit)
place = program.Place(Path(sys.argv[1]), max_bytes=limit, max_entries=limit)
try:
    program.run(["/bin/sleep", "600"], {}, place, bounds)
except RuntimeError as error:
    print(error, program._children())
"""


def test_a_program_whose_output_nobody_can_read_is_ended(tmp_path: Path) -> None:
    script = [sys.executable, "-c", WITHOUT_THREADS, str(tmp_path)]

    ended = subprocess.run(script, capture_output=True, check=True, text=True)

    assert ended.stdout == "can't start new thread []\n"


WITHOUT_PROCESSES = """
import os, resource, sys
from pathlib import Path
from app.worker import program
from app.worker.locks.bounds import Bounds

limit = 1 << 30
bounds = Bounds(memory_bytes=limit, cpu_seconds=60, file_bytes=limit)
place = program.Place(Path("/"), max_bytes=limit, max_entries=limit)
if os.geteuid() == 0:  # whom the limit does not hold
    os.setresuid(65534, 65534, 65534)
command, *limits = sys.argv[1:]
for processes in map(int, limits):
    resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
try:
    program.run([command], {}, place, bounds)
except program.NotRunnable as error:
    print(error.is_passing, error)
"""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["/bin/true", "0"], "True [Errno 11] Resource temporarily unavailable\n"),
        (["/no/such"], "False [Errno 2] No such file or directory: '/no/such'\n"),
    ],
)
def test_what_is_not_run_for_want_of_processes_may_run_the_next_time(
    arguments: list[str], told: str
) -> None:
    script = [sys.executable, "-c", WITHOUT_PROCESSES, *arguments]

    assert subprocess.run(script, capture_output=True, check=True, text=True).stdout == told
