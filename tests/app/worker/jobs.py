"""What children do in the tests of the launcher."""

import os
import signal
import subprocess
import sys
import time

from app.worker.protocol import MAX_REPLY_BYTES


def echo(reply: int, text: str) -> None:
    os.write(reply, text.encode())


def echo_after(reply: int, seconds: float, text: str) -> None:
    time.sleep(seconds)
    os.write(reply, text.encode())


def read(reply: int, file: int) -> None:
    os.write(reply, os.pread(file, 100, 0))


def write(reply: int, file: int, data: bytes) -> None:
    os.write(file, data)
    os.write(reply, b"done")


def sleep(reply: int) -> None:
    os.setsid()
    os.write(reply, b"sleeping")
    time.sleep(60)


def have_a_child(_reply: int, pid_file: int) -> None:
    """A child of the child, which would outlive it."""
    os.setsid()
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    os.write(pid_file, str(process.pid).encode())
    time.sleep(60)


def kill_itself(_reply: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def exit_with(_reply: int, code: int) -> None:
    os._exit(code)


def talk_without_end(reply: int) -> None:
    while True:
        os.write(reply, bytes(MAX_REPLY_BYTES))
