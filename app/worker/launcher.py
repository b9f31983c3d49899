"""The parent's side of a child process: start it, read its reply, end it, leave nothing of it."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from threading import Timer
from traceback import clear_frames
from typing import Final

import structlog

from app.core.deadline import in_time
from app.core.threads import in_thread
from app.worker import child, forkserver, outside, sent_file
from app.worker.protocol import MAX_REPLY_BYTES
from app.worker.sent_file import SentFile

_PRELOADED: Final = [
    "app.worker.forget_environment",
    "app.worker.leave_session",
    "app.worker.log_breakdown",
    child.__name__,
    outside.__name__,
    sent_file.__name__,
    "multiprocessing.popen_forkserver",
    "encodings.cp437",  # the names of entries that are not marked as UTF-8
]
"""Everything that a child uses: it would import the rest itself, for 25 ms per conversion."""

_READ_BYTES: Final = 16 * 1024

_START_SECONDS: Final = 5.0
"""For a start, however little time is left for the work: it must be certain that the forkserver
hangs, because it is killed with all its children. Hundreds of times what a start takes, and fifteen
times what the first one takes, for which Python is started."""

_CLEANUP_SECONDS: Final = 5.0
"""For a child to end what it has started: killing some hundred processes takes a fraction."""

_REAP_SECONDS: Final = 5.0
"""For the forkserver to report how a killed child has ended."""

log = structlog.get_logger()


class CannotStart(Exception):
    """No child was started.

    There is no process or memory to spare, the forkserver hangs, or the service is ending.
    """


@dataclass(frozen=True)
class Ended:
    """A child that is gone: its reply (cut off if too long), and its exit code.

    The exit code is negative for a signal, and 255 if the forkserver died before the child.
    """

    reply: bytes
    exit_code: int | None


class Launcher:
    """Starts children by `multiprocessing`'s forkserver, which has imported the converter.

    One thread does all that concerns `multiprocessing`: starting may block, for milliseconds or,
    when the forkserver itself has to be started, for tenths of a second; and the module's list
    of children is not made for two threads. The thread's waiting cannot be interrupted, so a
    forkserver that keeps it waiting is killed, and the next start makes another.
    """

    def __init__(self) -> None:
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOADED)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="launcher")
        self._is_closed = False

    async def aclose(self) -> None:
        """Start no more children, and leave neither forkserver nor socket behind."""
        self._is_closed = True
        await in_thread(forkserver.end)  # which ends a start that waits for a hanging forkserver
        # After the last start, which may just have replaced the one that was ended.
        await in_thread(forkserver.end, pool=self._thread)

    async def run(
        self,
        target: Callable[..., None],
        *args: object,
        timeout: float,  # noqa: ASYNC109  # it bounds the child, and is part of the request
        stop: signal.Signals = signal.SIGKILL,
    ) -> Ended:
        """Run `target(reply, *args)` in a child and wait for its end.

        However this is left, the child and all it has started are gone by then. If `stop` is
        SIGTERM, the child is first asked, and given a few seconds, to end what it has started.

        Raises TimeoutError if it was killed `timeout` seconds after it was asked for, or not even
        started because no time was left; CannotStart if there is no child. A start may take longer
        than `timeout`, up to five seconds.
        """
        if timeout <= 0:
            raise TimeoutError
        end = asyncio.get_running_loop().time() + timeout
        with _pipe() as (ours, theirs):
            process = self._context.Process(
                target=target, args=(SentFile(theirs), *args), daemon=True
            )
            try:
                await in_thread(self._start, process, pool=self._thread)
                # The pipe ends with the child only if the child's copy is the only one left.
                theirs.close()
                async with in_time(end - asyncio.get_running_loop().time()):
                    reply = await _read_to_end(ours)
            finally:
                exit_code = await in_thread(_end, process, stop, pool=self._thread)
        return Ended(reply, exit_code)

    def _start(self, process: ForkServerProcess) -> None:
        if self._is_closed:
            raise CannotStart
        _start_in_time(process)


@contextmanager
def _pipe() -> Iterator[tuple[FileIO, FileIO]]:
    try:
        read, write = os.pipe()
    except OSError as error:
        raise _cannot_start(error) from error
    with FileIO(read, "r") as ours, FileIO(write, "w") as theirs:
        yield ours, theirs


async def _read_to_end(pipe: FileIO) -> bytes:
    data = b""
    while len(data) <= MAX_REPLY_BYTES:
        await _readable(pipe)
        chunk = pipe.read(_READ_BYTES)
        if not chunk:
            break
        data += chunk
    return data


async def _readable(pipe: FileIO) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(pipe, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(pipe)


def _start_in_time(process: ForkServerProcess) -> None:
    """Start the child in time, or raise CannotStart."""
    # Its time begins when it gets the thread: otherwise starts that waited for it would, one after
    # the other, kill the forkserver that has just replaced the one that hung.
    overdue = Timer(_START_SECONDS, forkserver.kill, ("it did not answer in time",))
    try:
        overdue.start()
    except RuntimeError as error:
        raise _cannot_start(error) from error
    try:
        forkserver.require_descriptors()
        forkserver.make_reachable()
        process.start()
    except (OSError, EOFError) as error:
        # Its descriptors close when nothing refers to the half-made child; the traceback would.
        clear_frames(error.__traceback__)
        if isinstance(error, EOFError | ConnectionError):
            forkserver.await_end()  # until it is dead, the next start would be refused too
        raise _cannot_start(error) from error
    finally:
        overdue.cancel()


def _cannot_start(error: OSError | EOFError | RuntimeError) -> CannotStart:
    """Log the reason, which clients do not see.

    EOFError means that the forkserver has ended; RuntimeError, that there is no thread to spare.
    """
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    log.error("child_not_started", reason=reason)
    return CannotStart()


def _end(process: ForkServerProcess, stop: signal.Signals) -> int | None:
    """End what is left of the child, wait for it, and release what it holds in this process."""
    if process.pid is None:
        return None
    if stop is signal.SIGTERM:
        process.terminate()
        process.join(_CLEANUP_SECONDS)
    _kill_group(process, process.pid)
    process.join(_REAP_SECONDS)
    if process.exitcode is None:
        forkserver.kill("it did not report how a child had ended")
        process.join()
    exit_code = process.exitcode
    process.close()
    return exit_code


def _kill_group(process: ForkServerProcess, leader: int) -> None:
    # A child that ends by itself closes its pipe by ending, so this cannot change its exit code.
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        # It is gone with its whole group, or has not yet made one.
        process.kill()
