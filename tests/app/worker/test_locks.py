"""The locks, tried from inside a child; what this kernel lacks is said loudly."""

import asyncio
import ctypes
import errno
import json
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from app.worker import child, outside
from app.worker.launcher import Ended, Launcher
from app.worker.locks import kernel, lock_up, seccomp
from app.worker.locks.bounds import Bounds
from app.worker.locks.landlock import _not_covered, _ruleset
from app.worker.locks.seccomp import instructions
from app.worker.locks.syscalls import MACHINES, Machine
from app.worker.options import Options
from app.worker.protocol import Refused, decode
from app.worker.sent_file import SentFile
from docc2context import DEFAULT_LIMITS
from tests.app.archives import doccarchive
from tests.app.processes import children_of
from tests.app.serving import NEEDS_PROC
from tests.app.worker import lock_jobs

pytestmark = NEEDS_PROC

ALL = [
    "group",
    "parent_death",
    "signals",
    "descriptors",
    "no_new_privs",
    "landlock",
    "resources",
    "processes",
    "seccomp",
]

SMALL = Bounds(memory_bytes=2**29, cpu_seconds=20, file_bytes=10)

EPERM, EXEC, FORBIDDEN, KILLED, ALLOWED = 1, 4, 0x50001, 0x80000000, 0x7FFF0000


@pytest.fixture(scope="module")
def launcher() -> Launcher:
    return Launcher()


@pytest.fixture(scope="module")
def shortfalls(launcher: Launcher) -> dict[str, str]:
    held = said(launcher, lock_jobs.locks)
    assert [name for name in ALL if name not in held["in_force"]] == [
        name for name in ALL if name in held["shortfalls"] and name not in held["in_force"]
    ]
    assert {name for name in ALL if name not in held["in_force"]} <= {"landlock", "seccomp"}
    shortfalls: dict[str, str] = held["shortfalls"]
    return shortfalls


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[FileIO]:
    with FileIO(os.open(tmp_path, os.O_TMPFILE | os.O_RDWR), "r+") as opened:
        yield opened


def ended(launcher: Launcher, job: Callable[..., None], *args: object) -> Ended:
    return asyncio.run(launcher.run(job, *args, timeout=20))


def said(launcher: Launcher, job: Callable[..., None], *args: object) -> Any:
    return json.loads(ended(launcher, job, *args).reply)


def needs(shortfalls: dict[str, str], lock: str) -> None:
    if lock in shortfalls:
        pytest.skip(f"SKIPPED: the lock {lock}, which the kernel lacks: {shortfalls[lock]}")


def test_a_child_is_refused_everything_that_a_conversion_does_not_do(
    launcher: Launcher, shortfalls: dict[str, str], port: int
) -> None:
    needs(shortfalls, "seccomp")

    refused = said(launcher, lock_jobs.everything, port)

    assert refused == dict.fromkeys(refused, "EPERM")
    assert len(refused) == 9


def test_landlock_alone_refuses_files_programs_connections_and_signals(
    launcher: Launcher, shortfalls: dict[str, str], port: int
) -> None:
    needs(shortfalls, "landlock")

    refused = said(launcher, lock_jobs.behind_landlock, port)

    for attempt in ("open", "write", "execute", "connect"):
        assert refused[attempt] == "EACCES"
    assert refused["kill"] == refused["ptrace"] == "EPERM"


def test_seccomp_alone_refuses_everything(
    launcher: Launcher, shortfalls: dict[str, str], port: int
) -> None:
    needs(shortfalls, "seccomp")

    refused = said(launcher, lock_jobs.behind_seccomp, port)

    assert refused == dict.fromkeys(refused, "EPERM")


def test_resource_limits_alone_refuse_files_connections_and_processes(
    launcher: Launcher, port: int
) -> None:
    assert said(launcher, lock_jobs.behind_resource_limits, port) == {
        "open": "EMFILE",
        "write": "EMFILE",
        "connect": "EMFILE",
        "fork": "EAGAIN",
        "raise a limit": "EPERM",
        "shortfall": None,
    }


@pytest.mark.parametrize("reads", [partial(child.convert, options=Options()), outside.read_upload])
def test_a_child_is_locked_before_it_reads_an_upload(
    launcher: Launcher, file: FileIO, tmp_path: Path, reads: Callable[..., None]
) -> None:
    with FileIO(tmp_path / "upload", "w+") as upload:
        upload.write(doccarchive("Foo"))
        job = partial(reads, limits=DEFAULT_LIMITS, bounds=SMALL)
        reply = decode(ended(launcher, job, SentFile(upload), SentFile(file)).reply)

    assert isinstance(reply, Refused)  # by the kernel: the library does not know of this limit
    assert (reply.code, reply.limit) == ("output_too_large", SMALL.file_bytes)


def test_an_operators_lower_limits_are_kept(launcher: Launcher) -> None:
    assert said(launcher, lock_jobs.behind_an_operators_limits) == [[700, 700], [20, 21]]


@pytest.mark.parametrize("has_landlock", [True, False])
def test_an_outside_program_is_held_too(
    launcher: Launcher, shortfalls: dict[str, str], tmp_path: Path, port: int, *, has_landlock: bool
) -> None:
    if has_landlock:
        needs(shortfalls, "landlock")

    job = partial(lock_jobs.outside_program, has_landlock=has_landlock)
    found = said(launcher, job, str(tmp_path), port)

    refused = "EACCES" if has_landlock else None
    assert found == {
        "limits": [[2**29, 2**29], [20, 22], [1000, 1000], [0, 0]],
        "gains no privileges": "1",
        "blocked": 0,
        "ignores SIGXCPU": False,
        "at the end of its watcher": signal.SIGKILL,
        "leads its group": True,  # so that `kill 0` in a script does not end its watcher
        "input": "",
        "open": None,
        "write": refused,
        "connect": refused,
    }


def test_a_lock_that_the_kernel_lacks_is_told_and_the_others_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lacking(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    table = {"seccomp": lacking, "landlock": lambda *_: "no TCP", "group": lambda *_: None}
    monkeypatch.setattr(lock_up, "_LOCKS", table)

    held = lock_up.lock_up(lock_jobs.BOUNDS, ())

    assert held.in_force == ["landlock", "group"]
    assert held.shortfalls == {"seccomp": "Function not implemented", "landlock": "no TCP"}


def test_a_machine_without_a_table_of_calls_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "MACHINES", {})
    monkeypatch.setattr(seccomp, "_FILTER", seccomp._filter())

    with pytest.raises(OSError, match="no table of system calls for ") as caught:
        seccomp.allow_only_conversion_calls()

    assert caught.value.errno == errno.ENOSYS


@pytest.mark.parametrize(
    ("name", "told"), [("prctl", errno.EINVAL), ("no_such_function", errno.ENOSYS)]
)
def test_a_call_that_the_kernel_refuses_is_an_error(name: str, told: int) -> None:
    with pytest.raises(OSError, match=os.strerror(told)) as caught:
        kernel._call(name, 2**20)

    assert caught.value.errno == told


def test_root_is_told_that_it_may_have_processes(shortfalls: dict[str, str]) -> None:
    told = {"processes": "root is exempt from it"} if os.getuid() == 0 else {}

    assert {name: why for name, why in shortfalls.items() if name == "processes"} == told


def test_a_child_has_nothing_but_what_it_was_given(launcher: Launcher, file: FileIO) -> None:
    seen: dict[str, Any] = {}

    def look(pid: int) -> None:
        seen["open"] = sorted(
            str(one.readlink()).partition(":[")[0] for one in Path(f"/proc/{pid}/fd").iterdir()
        )
        seen["leads a session"] = os.getsid(pid) == pid
        seen["privileges"] = "\nNoNewPrivs:\t1\n" in Path(f"/proc/{pid}/status").read_text()
        seen["environment"] = Path(f"/proc/{pid}/environ").read_bytes().strip(b"\0")
        seen["limits"] = [
            resource.prlimit(pid, limit)
            for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)
        ] + [
            resource.prlimit(pid, limit)
            for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE)
        ]

    with_child(launcher, file, look)

    unnamed = str(Path(f"/proc/self/fd/{file.fileno()}").readlink())
    assert seen["open"] == sorted(["/dev/null"] * 3 + ["pipe", unnamed])
    assert seen["leads a session"]
    assert seen["privileges"]
    assert seen["environment"] == b""
    assert seen["limits"] == [(2**29, 2**29), (20, 22), (1000, 1000), (0, 0), (0, 0), (0, 0)]


def with_child(launcher: Launcher, file: FileIO, look: Callable[[int], None]) -> None:
    """Have `look(pid)` see a locked child that is still at work."""

    async def scenario() -> None:
        before = our_children()
        job = asyncio.create_task(
            launcher.run(lock_jobs.wait_in_the_open, SentFile(file), timeout=20)
        )
        await until(lambda: is_locked(our_children() - before))
        look(*(our_children() - before))
        job.cancel()
        await asyncio.wait([job])

    asyncio.run(asyncio.wait_for(scenario(), 15))


def our_children() -> set[int]:
    """The process ids of all that the forkserver and the resource tracker have forked."""
    return {pid for child in children_of(os.getpid()) for pid in children_of(child)}


async def until(condition: Callable[[], object]) -> None:
    """What is seen through /proc and in files tells nobody that it has come."""
    while not condition():  # noqa: ASYNC110  # no event tells
        await asyncio.sleep(0.01)


def is_locked(pids: set[int]) -> bool:
    status = "".join(Path(f"/proc/{pid}/status").read_text() for pid in pids)
    return "\nSeccomp:\t2\n" in status


def test_a_child_that_burns_its_cpu_time_is_ended_by_the_signal_that_says_so(
    launcher: Launcher,
) -> None:
    assert ended(launcher, lock_jobs.burn) == Ended(b"", -signal.SIGXCPU)


def test_the_cpu_limit_holds_where_the_service_was_started_without_the_signal(
    launcher: Launcher,
) -> None:
    assert ended(launcher, lock_jobs.burn_with_the_signal_ignored) == Ended(b"", -signal.SIGXCPU)


def test_a_child_cannot_write_more_than_the_limit(launcher: Launcher, file: FileIO) -> None:
    assert said(launcher, lock_jobs.write_too_much, SentFile(file)) == [1000, "EFBIG"]


def test_a_child_whose_parent_died_before_it_asked_does_not_live_on(
    launcher: Launcher, file: FileIO
) -> None:
    async def scenario() -> None:
        job = asyncio.create_task(
            launcher.run(lock_jobs.follow_a_parent_that_has_gone, SentFile(file), timeout=20)
        )
        await until(lambda: os.pread(file.fileno(), 100, 0))
        job.cancel()
        await asyncio.wait([job])

    asyncio.run(asyncio.wait_for(scenario(), 15))
    assert os.pread(file.fileno(), 100, 0).startswith(b"Orphaned ")


@pytest.mark.parametrize(
    ("version", "files", "tcp", "scopes", "missing"),
    [
        (1, 0x1FFF, 0, 0, "version 1 does not cover truncate(2), TCP, signals"),
        (2, 0x3FFF, 0, 0, "version 2 does not cover truncate(2), TCP, signals"),
        (3, 0x7FFF, 0, 0, "version 3 does not cover TCP, signals"),
        (4, 0x7FFF, 3, 0, "version 4 does not cover signals"),
        (5, 0xFFFF, 3, 0, "version 5 does not cover signals"),
        (6, 0xFFFF, 3, 3, None),
        (7, 0xFFFF, 3, 3, None),
        (99, 0xFFFF, 3, 3, None),
    ],
)
def test_each_version_of_landlock_is_asked_for_what_it_knows(
    version: int, files: int, tcp: int, scopes: int, missing: str | None
) -> None:
    ruleset = _ruleset(version)

    assert (ruleset.files, ruleset.tcp, ruleset.scopes) == (files, tcp, scopes)
    assert ctypes.sizeof(ruleset) == 24
    assert _not_covered(version) == missing


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_the_filter_lets_exactly_the_tables_calls_through(machine: Machine) -> None:
    allowed = {call for call in range(1024) if verdict(machine, call) == ALLOWED}
    executable = {call for call in range(1024) if verdict(machine, call, EXEC) == ALLOWED}

    assert allowed == {*machine.allowed, *machine.allowed_unless_executable}
    assert executable == set(machine.allowed)
    assert verdict(machine, 1024) == FORBIDDEN
    assert verdict(machine, machine.allowed[0] | 0x40000000) == FORBIDDEN  # the x32 interface
    assert verdict(machine, machine.allowed[0], arch=0x40000003) == KILLED  # 32-bit programs


def verdict(machine: Machine, call: int, protection: int = 0, arch: int | None = None) -> int:
    """What the kernel would make of a call, by its rules for such programs."""
    data = {0: call, 4: machine.audit_arch if arch is None else arch, 32: protection}
    program, at, register = instructions(machine), 0, 0
    while True:
        code, if_true, if_false, k = program[at]
        if code == 0x06:
            return k
        if code == 0x20:
            register, skip = data[k], 0
        else:
            skip = if_true if (register == k if code == 0x15 else register & k) else if_false
        at += 1 + skip
