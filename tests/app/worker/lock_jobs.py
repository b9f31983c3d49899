"""What children try in the tests of the locks: each says on its pipe how it was told no."""

import ctypes
import errno
import json
import mmap
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from app.worker import program
from app.worker.locks import landlock, resources, seccomp
from app.worker.locks import lock_up as lock_up_module
from app.worker.locks.bounds import Bounds
from app.worker.locks.kernel import prctl
from app.worker.locks.lock_up import lock_up
from app.worker.locks.session import die_with_parent

BOUNDS = Bounds(memory_bytes=512 * 1024 * 1024, cpu_seconds=20, file_bytes=1000)
"""Enough for everything but writing much."""


def locks(reply: int, bounds: Bounds = BOUNDS) -> None:
    held = lock_up(bounds, (reply,))
    say(reply, {"in_force": held.in_force, "shortfalls": held.shortfalls})


def everything(reply: int, port: int) -> None:
    lock_up(BOUNDS, (reply,))
    say(reply, {name: told_no(attempt) for name, attempt in attempts(port).items()})


def behind_landlock(reply: int, port: int) -> None:
    prctl(38, 1, 0, 0, 0)
    landlock.forbid_files_and_tcp()
    say(reply, {name: told_no(attempt) for name, attempt in attempts(port).items()})


def behind_seccomp(reply: int, port: int) -> None:
    prctl(38, 1, 0, 0, 0)
    seccomp.allow_only_conversion_calls()
    say(reply, {name: told_no(attempt) for name, attempt in attempts(port).items()})


def behind_resource_limits(reply: int, port: int) -> None:
    if os.getuid() == 0:
        os.setuid(65534)  # root is not held to RLIMIT_NPROC
    resources.limit_resources(BOUNDS)
    shortfall = resources.forbid_processes()
    names = ("open", "write", "connect", "fork", "raise a limit")
    refused = {name: told_no(attempts(port)[name]) for name in names}
    say(reply, refused | {"shortfall": shortfall})


def behind_an_operators_limits(reply: int) -> None:
    """Where the hard limits are lower than the bounds, or between a soft limit and its hard one."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))
    resource.setrlimit(resource.RLIMIT_CPU, (21, 21))
    resources.limit_resources(BOUNDS)
    say(reply, [resource.getrlimit(resource.RLIMIT_FSIZE), resource.getrlimit(resource.RLIMIT_CPU)])


def outside_program(reply: int, folder: str, port: int, *, has_landlock: bool) -> None:
    """What an outside program finds, started with a signal ignored and blocked."""
    if not has_landlock:
        vars(lock_up_module)["forbid_writing_elsewhere"] = _no_landlock
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGXCPU})
    program.prepare((reply,))
    place = program.Place(Path(folder), 2**20, 100)
    code = f"from tests.app.worker import lock_jobs; lock_jobs.look_around({port})"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = program.run([sys.executable, "-c", code], environment, place, BOUNDS)
    os.write(reply, ended.output_end.encode())


def _no_landlock(_folder: Path) -> None:
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def look_around(port: int) -> None:
    """Print what holds this process."""
    status = dict(line.split(":\t") for line in Path("/proc/self/status").read_text().splitlines())
    ends_with_parent = ctypes.c_int()
    prctl(2, ctypes.c_void_p(ctypes.addressof(ends_with_parent)))
    bounded = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE")
    told = {name: told_no(attempts(port)[name]) for name in ("open", "write", "connect")}
    document = {
        "limits": [resource.getrlimit(getattr(resource, name)) for name in bounded],
        "gains no privileges": status["NoNewPrivs"],
        "blocked": int(status["SigBlk"], 16),
        "ignores SIGXCPU": signal.getsignal(signal.SIGXCPU) == signal.SIG_IGN,
        "at the end of its watcher": ends_with_parent.value,
        "leads its group": os.getpgrp() == os.getpid(),
        "input": os.read(0, 1).decode(),
    }
    sys.stdout.write(json.dumps(document | told))


def attempts(port: int) -> dict[str, Callable[[], object]]:
    return {
        "open": lambda: os.open("/", os.O_RDONLY),
        "write": lambda: os.open("/tmp", os.O_WRONLY | os.O_TMPFILE),
        "connect": lambda: socket.create_connection(("127.0.0.1", port), timeout=1),
        "execute": lambda: os.execv("/bin/true", ["true"]),
        "fork": fork,
        "ptrace": lambda: call("ptrace", 16, os.getppid(), 0, 0),
        "kill": lambda: os.kill(os.getppid(), 0),
        "executable memory": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_EXEC | mmap.PROT_WRITE),
        "raise a limit": lambda: resource.setrlimit(resource.RLIMIT_CPU, (9999, 9999)),
    }


def fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "")


def told_no(attempt: Callable[[], object]) -> str | None:
    """The name of the error; None if the attempt succeeded."""
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    except ValueError:  # how `resource` words EPERM
        return "EPERM"
    return None


def say(reply: int, document: object) -> None:
    os.write(reply, json.dumps(document).encode())


def wait_in_the_open(reply: int, file: int) -> None:
    """Locked, for others to look at: open descriptors, limits, environment."""
    os.dup2(file, 500)  # as something that the forkserver has passed on
    lock_up(BOUNDS, (reply, file))
    os.write(reply, b"x")
    while True:
        pass


def burn(reply: int) -> NoReturn:
    """Use CPU for as long as it is let."""
    lock_up(Bounds(memory_bytes=2**29, cpu_seconds=1, file_bytes=0), (reply,))
    while True:
        pass


def burn_with_the_signal_ignored(reply: int) -> NoReturn:
    """As a child does whose service was started with SIGXCPU ignored and blocked."""
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGXCPU})
    burn(reply)


def write_too_much(reply: int, file: int) -> None:
    lock_up(BOUNDS, (reply, file))
    written = os.write(file, bytes(2000))
    say(reply, [written, told_no(lambda: os.write(file, b"x"))])


def follow_a_parent_that_has_gone(_reply: int, pid_file: int) -> None:
    """A child whose parent dies before it has asked to die with it."""
    begun, end = os.pipe()
    if os.fork() == 0:
        middle = os.getppid()
        if os.fork() == 0:
            os.close(end)
            os.read(begun, 1)  # ends when the parent in between is gone
            try:
                die_with_parent()
            except BaseException as error:
                os.write(pid_file, f"{type(error).__name__} {middle}".encode())
            os._exit(0)
        os._exit(0)
    os.close(end)
    os.wait()
    time.sleep(60)
