"""The program as shells start it: its standard streams, and the signals that end it."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import IO

import pytest

import docc2context
from tests.docc2context.archives import archive, numbered, page

pytestmark = pytest.mark.usefixtures("signals_that_end")

SCRIPT = f"""#!{sys.executable}
from docc2context_command import run
if __name__ == "__main__":
    run()
"""
"""What an installer makes of the entry point."""

PLAIN = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
UNBUFFERED = {"PYTHONUNBUFFERED": "1"}

CANNOT = "docc2context: cannot convert a.zip: "
FULL = "standard output cannot be written: No space left on device\n"
WRITTEN = "1 page written to {}, 0 skipped, 0 unknown nodes, 0 missing references\n"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with the program, and with a small archive whose title is not ASCII."""
    (tmp_path / "docc2context").write_text(SCRIPT)
    (tmp_path / "docc2context").chmod(0o755)
    (tmp_path / "a.zip").write_bytes(
        archive(kit=page("K\N{SNOWMAN}t", abstract=[{"type": "\u2603"}]))
    )
    return tmp_path


def shell(here: Path, line: str, **variables: str) -> tuple[int, str, str]:
    """What a line for bash ends with and prints."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"PATH=.:$PATH; {line}"],
        cwd=here,
        env=PLAIN | variables,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


LOSSY = WRITTEN.replace("0 unknown nodes", "1 unknown node") + "  unknown inline:{snowman}: 1\n"


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_the_report_is_utf_8_whatever_the_terminal_takes(
    here: Path, variables: dict[str, str]
) -> None:
    code, out, err = shell(here, "docc2context convert a.zip -o out --json", **variables)
    assert json.loads(out)["unknown_nodes"] == {"inline:☃": 1}
    assert (code, err) == (0, LOSSY.format("out", snowman=r"\u2603"))
    code, out, _ = shell(here, "docc2context check a.zip out --json", **variables)
    assert (code, json.loads(out)["content"]["found"]) == (0, 1)


@pytest.mark.parametrize("variables", [{}, UNBUFFERED])
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("docc2context convert a.zip -o out --json > /dev/full", CANNOT + FULL),
        ("docc2context convert a.zip --single -o - > /dev/full", CANNOT + FULL),
        ("docc2context convert a.zip --single -o - >&-", CANNOT + "standard output is closed\n"),
        ("docc2context convert a.zip -o out --json >&-", CANNOT + "standard output is closed\n"),
        (
            "docc2context check a.zip nowhere --json >&-",
            "docc2context: cannot check a.zip: standard output is closed\n",
        ),
        (
            "docc2context convert nowhere --single -o - >&-",
            "docc2context: cannot convert nowhere: standard output is closed\n",
        ),
        (
            "docc2context convert - -o out <&-",
            "docc2context: cannot convert -: standard input is closed\n",
        ),
        (
            "docc2context convert a.zip --single -o /dev/stdout | cat",
            CANNOT + "'stdout' is a pipe or a device; name a file or a folder, or write one "
            "document to standard output with --single -o - [destination_is_stream]\n",
        ),
        (
            "cat a.zip | docc2context convert /dev/stdin -o out",
            CANNOT.replace("a.zip", "/dev/stdin")
            + "it is a pipe or a device; name a file or folder, or - for standard input\n",
        ),
    ],
)
def test_a_stream_that_cannot_be_used_is_named(
    here: Path, variables: dict[str, str], line: str, words: str
) -> None:
    code, out, err = shell(here, line, **variables)
    assert (code, out) == (1, "")
    assert err.removeprefix(LOSSY.format("out", snowman="☃")) == words


def test_what_does_not_need_a_stream_does_without_it(here: Path) -> None:
    assert shell(here, "docc2context convert a.zip -o out <&- >&- 2>&-") == (0, "", "")
    assert (here / "out/manifest.json").is_file()
    assert shell(here, "docc2context convert a.zip -o out 2>&-") == (1, "", "")
    assert shell(here, "docc2context convert a.zip -o out --force 2> /dev/full") == (0, "", "")
    assert shell(here, "docc2context convert a.zip -o out 2> /dev/full") == (1, "", "")


def test_names_that_are_no_text_are_taken_and_told_in_one_line(here: Path) -> None:
    name = r"$'a b\n\xff.zip'"
    line = f"mv a.zip {name}; docc2context convert {name} -o $'o \\xff\\n'"
    escaped = LOSSY.format(r"'o \udcff\n'", snowman="☃")
    assert shell(here, line) == (0, "", escaped)
    _, _, err = shell(here, f"docc2context convert {name} -o $'o \\xff\\n'")
    assert err.startswith(r"docc2context: cannot convert 'a b\n\udcff.zip': 'o \udcff\n' already")
    assert err.count("\n") == 1


@pytest.mark.parametrize("variables", [{}, UNBUFFERED])
def test_a_report_of_which_only_a_part_can_be_written_is_a_failure(
    here: Path, variables: dict[str, str]
) -> None:
    shell(here, "docc2context convert a.zip -o out; head -c 1020 /dev/zero > report")
    # Modules that were compiled would be cut off, too.
    line = "ulimit -f 1; PYTHONDONTWRITEBYTECODE=1 docc2context check a.zip out --json >> report"
    code, _, err = shell(here, line, **variables)
    told = FULL.replace("No space left on device", "File too large")
    assert (code, err.splitlines(keepends=True)[-1]) == (
        1,
        f"docc2context: cannot check a.zip: {told}",
    )
    assert (here / "report").stat().st_size == 1024


@pytest.mark.parametrize(
    ("line", "archive"),
    [
        ("docc2context convert - -o out < a.zip", "-"),
        ("docc2context check - out < a.zip", "-"),
        ("docc2context convert a.zip --single -o -", "a.zip"),
    ],
)
def test_what_has_no_room_among_temporary_files_is_told_where_it_may_have_some(
    here: Path, line: str, archive: str
) -> None:
    (here / "a.zip").write_bytes(numbered(20))
    words = line.partition(archive)[0].replace("docc2context", "docc2context: cannot", 1)
    told = (
        "the folder for temporary files cannot be written: File too large; name another in TMPDIR"
    )
    code, out, err = shell(here, f"ulimit -f 1; PYTHONDONTWRITEBYTECODE=1 {line}")
    assert (code, out, err) == (1, "", f"{words}{archive}: {told}\n")
    assert left(here) == set()


DOES_NOT_BLOCK = """
import os, sys
os.set_blocking(0, False)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_what_has_not_yet_come_is_waited_for_where_standard_input_does_not_block(
    here: Path,
) -> None:
    zipped = (here / "a.zip").read_bytes()
    before = [sys.executable, "-c", DOES_NOT_BLOCK]
    with started(here, "convert - -o out", *before) as program:
        assert program.stdin is not None
        program.stdin.write(zipped[:-1])
        program.stdin.flush()
        wait_for(lambda: not waiting_in(program.stdin))
        _, told = program.communicate(zipped[-1:])
    assert (program.returncode, told.decode()) == (0, LOSSY.format("out", snowman="☃"))


def waiting_in(pipe: IO[bytes] | None) -> int:
    """The bytes that are not yet read."""
    count = array("i", [0])
    fcntl.ioctl(pipe or -1, termios.FIONREAD, count)
    return count[0]


INTERRUPTED_IN_DELETING = """
import sys
from docc2context import cli

def interrupt(event, args):
    global has_interrupted
    if event == "os.remove" and args[0] == "document.md" and not has_interrupted:
        has_interrupted = True
        raise KeyboardInterrupt

has_interrupted = False
sys.addaudithook(interrupt)
try:
    cli.main(["convert", "a.zip", "--single", "-o", "-"])
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_no_document_is_left_among_temporary_files_if_deleting_it_is_interrupted(
    here: Path,
) -> None:
    (here / "temporary").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IN_DELETING],
        cwd=here,
        env=PLAIN | {"TMPDIR": "temporary"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout[:4]) == (130, b"---\n")
    assert list((here / "temporary").iterdir()) == []


@pytest.mark.parametrize("variables", [{}, UNBUFFERED])
def test_help_that_cannot_be_written_is_a_failure(here: Path, variables: dict[str, str]) -> None:
    told = f"docc2context: {FULL}"
    assert shell(here, "docc2context --help > /dev/full", **variables) == (1, "", told)
    assert shell(here, "docc2context --version > /dev/full", **variables) == (1, "", told)
    closed = "docc2context: standard output is closed\n"
    assert shell(here, "docc2context --help >&-", **variables) == (1, "", closed)
    version = f"docc2context {docc2context.__version__}\n"
    assert shell(here, "docc2context --version") == (0, version, "")


@pytest.mark.parametrize("variables", [{}, UNBUFFERED])
@pytest.mark.parametrize("line", ["-o out --json", "--single -o -", "--help"])
def test_like_a_filter_it_ends_without_a_word_where_nobody_reads(
    here: Path, variables: dict[str, str], line: str
) -> None:
    """The reader has gone for certain: the pipe is closed before the program starts."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [here / "docc2context", "convert", "a.zip", *line.split()],
        cwd=here,
        env=PLAIN | variables,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    told = LOSSY.format("out", snowman="☃") if "out" in line else ""
    assert (done.returncode, done.stderr.decode()) == (141, told)


@contextmanager
def started(
    here: Path, line: str, *before: str, stdout: int | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """The program in a session of its own, where signals to its group reach its workers alone.

    One that does not end is killed after two minutes, so that a test fails and does not hang.
    """
    command = [*before, str(here / "docc2context"), *line.split()]
    with subprocess.Popen(
        command,
        cwd=here,
        env=PLAIN,
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as program:
        overdue = Timer(120, program.kill)
        overdue.start()
        try:
            yield program
        finally:
            overdue.cancel()
            program.kill()


def wait_for(condition: Callable[[], object]) -> None:
    """Look until it is so; a minute is more than any machine takes."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def left(here: Path) -> set[str]:
    return {path.name for path in here.iterdir()} - {"docc2context", "a.zip"}


def pages_written(here: Path) -> bool:
    return any(here.glob(".docc2context-unfinished.*/bundle/documentation/*.md"))


ENDS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.mark.parametrize(("number", "code"), ENDS)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_signal_leaves_nothing_half_written_and_one_line(
    here: Path, number: signal.Signals, code: int, workers: int
) -> None:
    (here / "a.zip").write_bytes(numbered(6_000))
    with started(here, f"convert a.zip -o out --workers {workers}") as program:
        wait_for(lambda: pages_written(here))
        if number == signal.SIGINT:  # which a terminal sends to the workers, too
            os.killpg(program.pid, number)
        else:
            program.send_signal(number)
        _, err = program.communicate()
    told = f"docc2context: stopped by {number.name}; no half-written output is left\n"
    assert (program.returncode, err.decode()) == (code, told)
    assert left(here) == set()


SIGNALLED = """
import os, signal, sys, tempfile
from docc2context import cli
from docc2context.bundle import destinations
from docc2context_command import run

def signalled(function):
    def with_signal(*arguments, **options):
        os.kill(os.getpid(), signal.SIGTERM)
        return function(*arguments, **options)
    return with_signal

for owner, name in {functions}:
    setattr(owner, name, signalled(getattr(owner, name)))
run()
"""
"""The program, which gets a signal as it calls these functions."""

CLOSING = "(destinations._OutputFile, 'close')"
REMOVING = "(tempfile.TemporaryDirectory, 'cleanup')"
DONE, ENDING = "(cli, 'ignore_stops')", "(sys, 'exit')"


def converted_with_signals(here: Path, *functions: str) -> tuple[int, str]:
    """What the program ends with and prints."""
    script = SIGNALLED.format(functions=f"[{', '.join(functions)}]")
    done = subprocess.run(
        [sys.executable, "-c", script, "convert", "a.zip", "-o", "out"],
        cwd=here,
        env=PLAIN,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr.decode()


STOPPED = (143, "docc2context: stopped by SIGTERM; no half-written output is left\n")


@pytest.mark.parametrize("functions", [[CLOSING], [CLOSING, REMOVING]], ids=["one", "two"])
def test_signals_while_a_file_is_being_closed_and_removed_are_one_line_too(
    here: Path, functions: list[str]
) -> None:
    assert converted_with_signals(here, *functions) == STOPPED
    assert left(here) == set()


def test_a_signal_while_a_failure_is_being_cleaned_up_leaves_nothing_either(here: Path) -> None:
    (here / "a.zip").write_bytes(archive(bad=b"{"))
    assert converted_with_signals(here, REMOVING) == STOPPED
    assert left(here) == set()


def test_a_signal_that_comes_just_as_all_is_done_is_one_line_more(here: Path) -> None:
    told = LOSSY.format("out", snowman="☃") + "docc2context: stopped by SIGTERM\n"
    assert converted_with_signals(here, DONE) == (143, told)
    assert left(here) == {"out"}


def test_a_signal_that_comes_when_the_program_ends_changes_nothing(here: Path) -> None:
    assert converted_with_signals(here, ENDING) == (0, LOSSY.format("out", snowman="☃"))
    assert left(here) == {"out"}


def test_what_a_killed_program_leaves_says_what_it_is_and_hinders_no_other(here: Path) -> None:
    small = (here / "a.zip").read_bytes()
    (here / "a.zip").write_bytes(numbered(6_000))
    with started(here, "convert a.zip -o out --workers 1") as program:
        wait_for(lambda: pages_written(here))
        program.kill()
        program.communicate()
    (name,) = left(here)
    assert name.startswith(".docc2context-unfinished.")
    (here / "a.zip").write_bytes(small)
    assert shell(here, "docc2context convert a.zip -o out")[0] == 0
    assert left(here) == {name, "out"}


def test_progress_is_shown_on_a_terminal_and_nothing_of_it_is_left(here: Path) -> None:
    (here / "a.zip").write_bytes(numbered(1_500))
    told = on_terminal(here, "docc2context convert a.zip -o out --strict --workers 1")
    lines = told.split("\r\n")
    for line in lines[:2]:
        _, *frames = (frame for frame in line.split("\r") if "[" in frame)  # at first without total
        assert frames
        assert [frame for frame in frames if "/1500 [" not in frame] == []
    assert [line.split("\r")[-1] for line in lines] == [
        "1,500 pages written to out, 0 skipped, 0 unknown nodes, 0 missing references",
        "1,500 of 1,500 displayable strings found (100.00 %) on 1,500 pages",
        "",
    ]


def test_where_no_thread_can_be_started_none_is_missed(here: Path) -> None:
    """A thread takes as much address space as its stack may grow: here, more than there is."""
    line = "ulimit -s $((1 << 37)); docc2context convert a.zip -o out"
    assert shell(here, line) == (0, "", LOSSY.format("out", snowman="☃"))


def on_terminal(here: Path, line: str) -> str:
    """What a line for bash writes to a terminal as its standard error."""
    master, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    with subprocess.Popen(
        ["bash", "-c", f"PATH=.:$PATH; {line}"], cwd=here, env=PLAIN, stderr=terminal
    ) as program:
        os.close(terminal)
        overdue = Timer(120, program.kill)
        overdue.start()
        told = b"".join(iter(lambda: read_terminal(master), b""))
        overdue.cancel()
    os.close(master)
    assert program.returncode == 0
    return told.decode()


def read_terminal(master: int) -> bytes:
    """The next of what a program writes; empty when it has ended, as Linux says by an error."""
    try:
        return os.read(master, 1 << 16)
    except OSError:
        return b""


def test_a_terminal_is_no_archive_and_is_not_waited_for(here: Path) -> None:
    master, terminal = os.openpty()
    try:
        done = subprocess.run(
            [here / "docc2context", "convert", "-", "-o", "out"],
            cwd=here,
            env=PLAIN,
            stdin=terminal,
            capture_output=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(master)
        os.close(terminal)
    told = (
        "standard input is a terminal; redirect a zipped archive to it with <, or pipe one with |"
    )
    assert (done.returncode, done.stderr.decode()) == (
        1,
        f"docc2context: cannot convert -: {told}\n",
    )


def test_a_signal_that_is_ignored_stays_so(here: Path) -> None:
    (here / "a.zip").write_bytes(numbered(3_000))
    with started(here, "convert a.zip -o out", "nohup") as program:
        wait_for(lambda: pages_written(here))
        program.send_signal(signal.SIGHUP)
        program.communicate()
    assert (program.returncode, left(here)) == (0, {"out"})


def test_a_bundle_that_is_whole_is_told_of_when_its_check_is_stopped(here: Path) -> None:
    (here / "a.zip").write_bytes(numbered(3_000))
    with started(here, "convert a.zip -o out --strict") as program:
        assert program.stderr is not None
        assert program.stderr.readline().startswith(b"3,000 pages written to out")
        program.send_signal(signal.SIGINT)
        err = program.stderr.read()
    left = b"what was written to out is complete, but was not checked"
    told = b"docc2context: stopped by SIGINT; %b\n" % left
    assert (program.returncode, err) == (130, told)
    assert (here / "out/manifest.json").is_file()


def test_a_document_may_be_incomplete_where_a_signal_comes_while_it_is_read(here: Path) -> None:
    (here / "a.zip").write_bytes(numbered(2_000))  # more than a pipe holds
    with started(here, "convert a.zip --single -o -", stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.read(4) == b"---\n"
        program.send_signal(signal.SIGTERM)
        assert program.stderr is not None
        err = program.stderr.read()
    told = b"docc2context: stopped by SIGTERM; standard output may be incomplete\n"
    assert (program.wait(), err) == (143, told)


@pytest.mark.parametrize(("number", "code"), ENDS)
def test_a_check_that_is_stopped_says_so(here: Path, number: signal.Signals, code: int) -> None:
    with started(here, "check - out") as program:
        assert program.stdin is not None
        program.stdin.write(bytes(1 << 20))  # more than a pipe holds: it is being read
        program.send_signal(number)
        assert program.stderr is not None
        err = program.stderr.read()
        program.wait()
    told = f"docc2context: stopped by {number.name}; the check did not finish\n"
    assert (program.returncode, err.decode()) == (code, told)


def test_ctrl_c_while_the_program_is_loaded_ends_it_without_a_traceback() -> None:
    early = (
        "import os, signal, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'docc2context':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from docc2context_command import run\n"
        "run()\n"
    )
    done = subprocess.run([sys.executable, "-c", early], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, b"")
