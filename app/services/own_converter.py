"""Our own converter, in a locked child for each conversion."""

from io import FileIO
from typing import Final

from app.services.engine import no_process, reply_of, told_in_time, unexpected
from app.services.journal import Record
from app.worker import child
from app.worker.descriptors import SentFile
from app.worker.launcher import CannotStart, Launcher
from app.worker.locks import Bounds, Locks
from app.worker.protocol import Converted, Ready, decode
from app.worker.wanted import Wanted
from docc2context import Limits

_PROBE_TIMEOUT_SECONDS: Final = 5.0
"""A warm child answers within 5 ms, the first one, for which Python is started, within 300."""


class OwnConverter:
    """An `Engine`."""

    has_options = True

    def __init__(
        self, *, launcher: Launcher, limits: Limits, bounds: Bounds, timeout_seconds: float
    ) -> None:
        self._launcher = launcher
        self._limits = limits
        self._bounds = bounds
        self._timeout_seconds = timeout_seconds

    async def run(
        self, upload: FileIO, result: FileIO, wanted: Wanted, record: Record
    ) -> Converted:
        record.stage = "converting"
        with told_in_time(self._timeout_seconds):
            ended = await self._launcher.run(
                child.convert,
                SentFile(upload),
                SentFile(result),
                wanted,
                self._limits,
                self._bounds,
                timeout=self._timeout_seconds,
            )
        reply = reply_of(ended, self._bounds, record)
        if not isinstance(reply, Converted):
            raise unexpected(ended, record)
        return reply

    async def probe(self) -> Locks:
        try:
            ended = await self._launcher.run(
                child.greet, self._bounds, timeout=_PROBE_TIMEOUT_SECONDS
            )
        except (CannotStart, TimeoutError) as error:
            raise no_process() from error
        reply = decode(ended.reply)
        if not isinstance(reply, Ready):
            raise no_process()
        return reply.locks
