"""Writes the log without ever waiting for its reader.

A pipe that nobody empties, as when a logging driver hangs, takes 64 KiB. The next line would block
whatever writes it, even the event loop, and so the whole service.
"""

import os
import select
import threading
import weakref
from collections import deque
from collections.abc import Callable
from typing import Final

MAX_WAITING_BYTES: Final = 4 * 1024 * 1024
"""Lines that wait until they can be written: some ten thousand."""

_FLUSH_SECONDS: Final = 1.0
"""How long the end of the service waits for them."""


class PatientStream:
    """Writes at once what a descriptor takes, and leaves the rest to a thread.

    Lines that would be more than `MAX_WAITING_BYTES` are dropped. `count` is called for each, and
    must not log; `report` is called with their number when all that waited is written. The
    descriptor is duplicated: whatever becomes of the original, no other file is written to.
    """

    def __init__(
        self, descriptor: int, *, count: Callable[[], object], report: Callable[[int], object]
    ) -> None:
        self._descriptor = os.dup(descriptor)
        # Not by a method: logging closes a handler and goes on using it. Lines may wait at exit.
        weakref.finalize(self, os.close, self._descriptor).atexit = False
        self._count = count
        self._report = report
        self._lock = threading.RLock()  # a signal handler may log while we do
        self._all_written = threading.Event()
        self._all_written.set()
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._dropped = 0

    def write(self, line: str) -> None:
        """Write or keep a line, which ends with its line break."""
        data = line.encode(errors="backslashreplace")
        with self._lock:
            if self._all_written.is_set():
                data = self._rest_of(data)
            if data:
                self._keep(data)

    def flush(self) -> None:
        """Wait a little until all is written."""
        self._all_written.wait(_FLUSH_SECONDS)

    def _rest_of(self, data: bytes) -> bytes:
        """Write as much as can be without waiting; return the rest."""
        while data and self._takes_more(0):
            data = self._write_piece(data)
        return data

    def _takes_more(self, milliseconds: int | None = None) -> bool:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        return bool(poll.poll(milliseconds))

    def _write_piece(self, data: bytes) -> bytes:
        """Write what a pipe with any room takes without blocking, pipe(7); return the rest."""
        try:
            return data[os.write(self._descriptor, data[: select.PIPE_BUF]) :]
        except BlockingIOError:  # another process was quicker
            return data
        except OSError:  # the reader has gone, or the disk is full: there is nowhere to say so
            return b""

    def _keep(self, data: bytes) -> None:
        if self._waiting and self._waiting_bytes + len(data) > MAX_WAITING_BYTES:
            self._drop()
            return
        if self._all_written.is_set():
            try:
                threading.Thread(target=self._write_waiting, name="log", daemon=True).start()
            except RuntimeError:  # the system has no thread to spare
                self._drop()
                return
            self._all_written.clear()
        self._waiting.append(data)
        self._waiting_bytes += len(data)

    def _drop(self) -> None:
        self._dropped += 1
        self._count()

    def _write_waiting(self) -> None:
        while data := self._next():
            while data:
                self._takes_more()
                data = self._write_piece(data)

    def _next(self) -> bytes:
        """What is to be written next; nothing at the end: then lines are written at once again."""
        with self._lock:
            if self._waiting:
                data = self._waiting.popleft()
                self._waiting_bytes -= len(data)
                return data
            self._all_written.set()
            dropped, self._dropped = self._dropped, 0
        if dropped:
            self._report(dropped)
        return b""
