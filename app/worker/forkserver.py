"""The forkserver's socket and its end, for which `multiprocessing` has no public words."""

import os
import shutil
import signal
import tempfile
from contextlib import suppress
from multiprocessing import forkserver, process
from pathlib import Path
from typing import Any, Final

import structlog

_SERVER: Final[Any] = forkserver._forkserver  # noqa: SLF001  # nothing else has it

_SOCKET_FOLDER: Final = "tempdir"
"""The folder for sockets among what `multiprocessing` keeps of this process."""

log = structlog.get_logger()


def make_reachable() -> None:
    """Call it before a child is started: afterwards the forkserver's socket has its folder.

    A forkserver whose socket someone has removed, as whoever tidies up /tmp may, is ended with its
    children: it would be asked in vain for as long as the service runs.

    Raises OSError if no folder can be made.
    """
    address = _SERVER._forkserver_address  # noqa: SLF001  # as above
    if address is not None and not Path(address).exists():
        kill("its socket was removed")
        end()
    kept = _kept()
    if _SOCKET_FOLDER not in kept or not Path(kept[_SOCKET_FOLDER]).is_dir():
        # One that `multiprocessing` makes is removed when the interpreter exits, which a service
        # that is ended by a signal never does.
        kept[_SOCKET_FOLDER] = tempfile.mkdtemp(prefix="docc2context-")


def kill(reason: str) -> None:
    """Kill the forkserver, and so its children; whoever waits learns of it."""
    if (pid := _SERVER._forkserver_pid) is None:  # noqa: SLF001  # as above
        return
    log.error("forkserver_killed", pid=pid, reason=reason)
    _send_kill(pid)


def end() -> None:
    """End the forkserver and what is left of its children, and remove its socket's folder."""
    if (pid := _SERVER._forkserver_pid) is not None:  # noqa: SLF001  # as above
        _send_kill(pid)
        with suppress(FileNotFoundError):  # of the socket
            _SERVER._stop()  # noqa: SLF001  # as above
    if (folder := _kept().pop(_SOCKET_FOLDER, None)) is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _send_kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _kept() -> dict[str, Any]:
    kept: dict[str, Any] = process.current_process()._config  # type: ignore[attr-defined]  # noqa: SLF001  # as above
    return kept
