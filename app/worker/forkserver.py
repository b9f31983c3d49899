"""What the forkserver needs, and its end: `multiprocessing` has no public interface for these."""

import atexit
import os
import shutil
import signal
import tempfile
from contextlib import ExitStack, suppress
from multiprocessing import forkserver, process
from pathlib import Path
from typing import Any, Final

import structlog

_SERVER: Final[Any] = forkserver._forkserver

_SOCKET_FOLDER: Final = "tempdir"
"""The folder for sockets among what `multiprocessing` keeps of this process."""

_MAX_TEMPORARY_BYTES: Final = 63
"""With `/docc2context-12345678/listener-12345678` behind it, 103: what macOS allows; Linux, 107.
Newer Pythons give the socket a shorter name."""

_DESCRIPTORS: Final = 16
"""More than a start opens at once: 7, if the forkserver and its resource tracker have to be started
too. The others are for what the service's other threads open meanwhile."""

log = structlog.get_logger()


def require_descriptors() -> None:
    """Raise OSError unless there are enough descriptors for a start.

    One that runs out of them half-way leaves those open that it has, and a forkserver that is
    connected to and then sent nothing ends, with all its children.
    """
    with ExitStack() as tried:
        for _ in range(_DESCRIPTORS):
            tried.callback(os.close, os.open(os.devnull, os.O_RDONLY))


def make_reachable() -> None:
    """Call it before a child is started: it makes the folder of the forkserver's socket.

    A forkserver whose socket someone has removed, as whoever tidies up /tmp may, is ended with its
    children: it would be asked in vain for as long as the service runs.

    Raises OSError if no folder can be made.
    """
    with _SERVER._lock:
        address = _SERVER._forkserver_address
        if address is not None and not Path(address).exists():
            kill("its socket was removed")
            _end()
        kept = _kept()
        if _SOCKET_FOLDER not in kept or not Path(kept[_SOCKET_FOLDER]).is_dir():
            # One that `multiprocessing` makes is removed when the interpreter exits, which a
            # service that is ended by a signal never does.
            kept[_SOCKET_FOLDER] = tempfile.mkdtemp(prefix="docc2context-", dir=_temporary())


def kill(reason: str) -> None:
    """Kill the forkserver, and so its children; whoever waits learns of it."""
    if (pid := _SERVER._forkserver_pid) is None:
        return
    log.error("forkserver_killed", pid=pid, reason=reason)
    _send_kill(pid)


def await_end() -> None:
    """Wait until a forkserver that is about to end is dead, as it has to be to be replaced.

    Its exit code is left to `multiprocessing`, which learns by it that another one is needed.
    """
    if (pid := _SERVER._forkserver_pid) is not None:
        _send_kill(pid)
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def end() -> None:
    """End the forkserver and what is left of its children, and remove its socket's folder."""
    with _SERVER._lock:
        _end()


atexit.register(end)  # for tests and tools: a service ends by a signal, which skips this


def end_for_good() -> None:
    """As `end`, and whoever starts a child from now on waits until this process has ended."""
    _SERVER._lock.acquire()
    _end()


def _end() -> None:
    if (pid := _SERVER._forkserver_pid) is not None:
        _send_kill(pid)
        # It also unlinks the socket, in whose place there may be a folder now, or a read-only disk.
        with suppress(OSError):
            _SERVER._stop_unlocked()
    if (folder := _kept().pop(_SOCKET_FOLDER, None)) is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _temporary() -> str:
    """The folder for temporary files, or /tmp, as newer Pythons have it, if its path is too long.

    The address of a socket is bounded, and that of ours is some bytes longer than the folder's.
    """
    folder = tempfile.gettempdir()
    return folder if len(os.fsencode(folder)) <= _MAX_TEMPORARY_BYTES else "/tmp"  # noqa: S108  # mkdtemp is safe


def _send_kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _kept() -> dict[str, Any]:
    kept: dict[str, Any] = process.current_process()._config  # type: ignore[attr-defined]  # not in its stubs
    return kept
