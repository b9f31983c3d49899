"""What signals do to a running service: the first lets it finish, the second does not."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Coroutine
from types import FrameType
from typing import Any, Final

import structlog

from app.core.logging import flush_log
from app.services.drain import Drain
from app.worker import forkserver

_SERVERS_OWN: Final = (signal.SIGTERM, signal.SIGINT)

ECHO_SECONDS: Final = 0.1
"""So soon after the first, a signal is the same order once more: `timeout` sends it to the process
and to its group, and `make` passes on what the group has had."""

log = structlog.get_logger()


def stop_on_signals(drain: Drain) -> None:
    """From now on, have SIGTERM, SIGINT and SIGHUP stop the service by way of `drain`.

    The first has the drain stop, and only then the server: that closes its port at once, and
    whoever comes then is refused the connection instead of being told to come back. A second one
    ends the process at once, with what it works on; a third does so even if the service hangs.
    Call it in the event loop; nothing has to be undone, as the service ends with its process.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # Python handles signals in the main thread alone; this is a test's server.
    signals = _Signals(drain, asyncio.get_running_loop())
    for number in _SERVERS_OWN:
        signal.signal(number, signals.received)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # with nohup(1) it stays ignored
        signal.signal(signal.SIGHUP, signals.received)


class _Signals:
    def __init__(self, drain: Drain, loop: asyncio.AbstractEventLoop) -> None:
        self._drain = drain
        self._loop = loop
        self._server_handlers = {number: signal.getsignal(number) for number in _SERVERS_OWN}
        self._first_at: float | None = None
        self._work: list[asyncio.Task[None]] = []  # the loop itself keeps no task alive

    def received(self, number: int, frame: FrameType | None) -> None:
        if self._first_at is None:
            self._first_at = time.monotonic()
            self._loop.call_soon_threadsafe(self._begin, self._stop(number, frame))
        elif number != signal.SIGHUP and time.monotonic() - self._first_at > ECHO_SECONDS:
            for each in _SERVERS_OWN:
                signal.signal(each, signal.SIG_DFL)
            self._loop.call_soon_threadsafe(self._begin, self._end(number))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._work.append(self._loop.create_task(work))

    async def _stop(self, number: int, frame: FrameType | None) -> None:
        await self._drain.stop()
        known = signal.SIGTERM if number == signal.SIGHUP else signal.Signals(number)
        handler = self._server_handlers[known]
        if callable(handler):
            handler(known, frame)
        else:
            self._loop.stop()

    async def _end(self, number: int) -> None:
        log.warning("stopped_at_once", signal=signal.Signals(number).name)
        await self._drain.stop_at_once()
        forkserver.end_for_good()
        flush_log()
        signal.raise_signal(number)
        os._exit(128 + number)  # process 1 of a container survives a signal that it sends itself
