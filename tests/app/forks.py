"""Servers in processes of their own that begin where the imports of libraries end.

To import them takes two thirds of the CPU time of a start, and the tests start some hundred.
"""

import atexit
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

SHOWN: Final = "default::ResourceWarning"
"""A file that is left to the garbage collector shows as a line in a server's log."""

_ROOT: Final = Path(__file__).parents[2]


class Preloaded:
    """The process that forks them."""

    def __init__(self) -> None:
        self._asking = Lock()
        self._process = subprocess.Popen(
            [sys.executable, f"-W{SHOWN}", "-m", "tests.app.preloaded"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid: Final = self._process.pid
        atexit.register(self.end)

    def end(self) -> int:
        """End it, and what it has forked and still runs; return its exit code."""
        self._process.communicate()
        return self._process.returncode

    def ask(self, **question: object) -> Any:
        with self._asking:
            assert self._process.stdin
            assert self._process.stdout
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


@cache
def _preloaded(*_inherited: object) -> Preloaded:
    """One for each state of ours that a new process inherits."""
    return Preloaded()


def _inherited() -> tuple[object, ...]:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)]
    ignored = [handler is signal.SIG_IGN for handler in handlers]
    return *ignored, resource.getrlimit(resource.RLIMIT_NOFILE)


class Fork:
    """`python -m uvicorn` with these arguments; used as a `subprocess.Popen` is."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        self._preloaded = _preloaded(*_inherited())
        self.returncode: int | None = None
        self.pid: int = self._preloaded.ask(
            arguments=arguments, environment={**environment}, log=str(log)
        )

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._preloaded.ask(of=self.pid)
        return self.returncode

    def wait(self, seconds: float) -> int:
        end = time.monotonic() + seconds
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("uvicorn", seconds)
            time.sleep(0.01)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)
