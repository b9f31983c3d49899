"""A Python that has imported the service's libraries, and forks servers.

It reads a question a line, and answers it by a line. Of the service itself it imports nothing.
When nobody is left to ask, as after a kill of the tests, it kills the servers that still run.
"""

import importlib
import json
import os
import runpy
import signal
import sys
from typing import Any, Final, NoReturn

LIBRARIES: Final = (
    "fastapi",
    "httptools",
    "limits.aio",
    "msgspec",
    "multiprocessing.popen_forkserver",
    "prometheus_client",
    "psutil",
    "pydantic.v1",
    "pydantic_settings",
    "python_multipart",
    "structlog",
    "uvicorn.lifespan.on",
    "uvicorn.main",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.auto",
    "uvloop",
)

_INTERRUPTED: Final = signal.getsignal(signal.SIGINT)
"""As it was for whoever started this process: what a server begins with."""

_running: Final[set[int]] = set()
"""The process ids of the servers that are not known to have ended."""


def main() -> None:
    for library in LIBRARIES:
        importlib.import_module(library)
    # Ctrl-C is for the tests, which still have to stop their servers by way of this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        question = json.loads(line)
        answer = _exit_code(question["of"]) if "of" in question else _started(**question)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for pid in _running:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _started(**server: Any) -> int:
    """The process id of a new server."""
    pid = os.fork()
    if pid == 0:
        _serve(**server)
    _running.add(pid)
    return pid


def _serve(arguments: list[str], environment: dict[str, str], log: str) -> NoReturn:
    """Go on as `python -m uvicorn` with these arguments and this environment."""
    signal.signal(signal.SIGINT, _INTERRUPTED)
    os.environ.clear()
    os.environ.update(environment)
    nowhere = os.open(os.devnull, os.O_RDWR)
    errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for ours, its in ((nowhere, 0), (nowhere, 1), (errors, 2)):
        os.dup2(ours, its)
    os.close(nowhere)
    os.close(errors)
    sys.argv[1:] = arguments
    runpy.run_module("uvicorn", run_name="__main__", alter_sys=True)
    raise SystemExit


def _exit_code(pid: int) -> int | None:
    """How a server has ended, as `subprocess` tells it; nothing if it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    _running.discard(ended)
    return os.waitstatus_to_exitcode(status) if ended else None


if __name__ == "__main__":
    main()
