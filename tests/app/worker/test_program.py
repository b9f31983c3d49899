"""What watches an outside program."""

import os
import subprocess
import sys
from pathlib import Path

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
