"""An outside program at work: locked up, watched, and ended with all that it has started."""

import errno
import os
import signal
import subprocess
import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Final

from app.worker.locks.bounds import Bounds
from app.worker.locks.descriptors import close_all_but
from app.worker.locks.lock_up import lock_up_program
from app.worker.locks.session import adopt_orphans, die_with_parent, lead_own_session

_SIZE_CHECK_SECONDS: Final = 0.2
"""How often the size of its folder is checked; a disk can take some 100 MB in that time."""

_AWAITED: Final = {signal.SIGTERM, signal.SIGCHLD}

_KEPT_BYTES: Final = 4_000
"""How much of the end of its output is kept for the log: the fault is there."""

_SHORTAGES: Final = {errno.EAGAIN, errno.ENOMEM}
"""Why a process cannot be started although there is nothing wrong with its program."""


class Stopped(BaseException):
    """The service has stopped this conversion: its client has gone, or its time is up."""


class OutgrewFolder(Exception):
    """The program has written more than its folder may hold."""


class NotRunnable(Exception):
    """The system does not run the program; the message says why.

    `is_passing` means that there was just no process or no memory left for it.
    """

    def __init__(self, error: OSError | subprocess.SubprocessError) -> None:
        super().__init__(str(error))
        self.is_passing = isinstance(error, OSError) and error.errno in _SHORTAGES


@dataclass(frozen=True)
class Place:
    """The folder that a program works in, and how much that may hold."""

    folder: Path
    max_bytes: int
    max_entries: int


@dataclass(frozen=True)
class Finished:
    """A program's exit code, negative for a signal, and the end of both its outputs."""

    exit_code: int
    output_end: str


def prepare(kept: Collection[int]) -> None:
    """Make this process one that can watch a program, and end all that the program starts.

    The launcher may send it SIGTERM, and so does the kernel when the forkserver ends. `kept` are
    the descriptors that stay open; others would keep the forkserver alive.
    """
    close_all_but(kept)
    lead_own_session()
    adopt_orphans()
    die_with_parent(signal.SIGTERM)


def run(
    arguments: Sequence[str], environment: Mapping[str, str], place: Place, bounds: Bounds
) -> Finished:
    """Run a program in its folder to its end; afterwards nothing that it has started is left.

    Needs a process with a single thread that has called `prepare`.
    Raises NotRunnable, OutgrewFolder, Stopped.
    """
    lock_up = partial(lock_up_program, bounds, place.folder, watcher=os.getpid())
    # From here on, signals wait for sigtimedwait: SIGTERM would leave behind what is started below.
    signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
    try:
        process = subprocess.Popen(  # noqa: S603  # the operator's own command
            arguments,
            cwd=place.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=lock_up,  # noqa: PLW1509  # safe: this process has one thread
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NotRunnable(error) from error
    try:
        reader = _OutputReader(process.stdout)
        exit_code = _wait_watching(process, place)
    finally:
        _kill_all(process.pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _AWAITED)
    return Finished(exit_code, reader.end_of_output())


def _wait_watching(process: "subprocess.Popen[bytes]", place: Place) -> int:
    while (exit_code := process.poll()) is None:
        _reap_all_but(process.pid)
        received = signal.sigtimedwait(_AWAITED, _SIZE_CHECK_SECONDS)
        if received is not None and received.si_signo == signal.SIGTERM:
            raise Stopped
        total, entries = size_and_entries(place.folder)
        if total > place.max_bytes or entries > place.max_entries:
            raise OutgrewFolder
    return exit_code


def _reap_all_but(program: int) -> None:
    """Let go of those that have ended, having lost their parents: each still counts as a process.

    They are few in a container, and the service needs some. The program's own end is Popen's.
    """
    while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
        if ended.si_pid == program:
            return
        os.waitpid(ended.si_pid, 0)


def _kill_all(group: int) -> None:
    """Kill the program and all its descendants, in other sessions too.

    This process adopts orphans, so each of them is sooner or later among its children.
    """
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    while True:
        for child in _children():
            os.kill(child, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    return [pid for thread in Path("/proc/self/task").iterdir() for pid in _children_of(thread)]


def _children_of(thread: Path) -> list[int]:
    try:
        return [int(pid) for pid in (thread / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []  # the reader's thread has just ended; what it adopted is now the main thread's


def size_and_entries(folder: Path) -> tuple[int, int]:
    """How many bytes and how many entries are below a folder; links are not followed."""
    total = count = 0
    folders = [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    count += 1
                    total += entry.stat(follow_symlinks=False).st_size
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except OSError:
            continue  # it vanished meanwhile, or may not be read
    return total, count


class _OutputReader:
    """Reads a program's output, so that it does not wait for a reader; keeps the end."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        assert pipe is not None  # noqa: S101  # Popen was asked for it
        self._pipe = pipe
        self._end = b""
        self._thread = threading.Thread(target=self._keep_reading, daemon=True)
        self._thread.start()

    def _keep_reading(self) -> None:
        while piece := os.read(self._pipe.fileno(), 65_536):
            self._end = (self._end + piece)[-_KEPT_BYTES:]

    def end_of_output(self) -> str:
        """What is kept, once nothing is left that could write more."""
        self._thread.join()
        self._pipe.close()
        return self._end.decode("utf-8", "replace").strip()
