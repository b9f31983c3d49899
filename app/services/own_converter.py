"""Our own converter, in a locked child for each conversion."""

from io import FileIO

from app.services.child_replies import (
    launch_faults_reported,
    probe_child,
    reply_of,
    unexpected_reply,
)
from app.services.conversion_errors import conversion_timeout
from app.services.journal import Record
from app.worker import child
from app.worker.launcher import Launcher
from app.worker.locks.bounds import Bounds
from app.worker.locks.lock_up import Locks
from app.worker.options import Options
from app.worker.protocol import Converted
from app.worker.sent_file import SentFile
from docc2context import Limits


class OwnConverter:
    """A `Converter` that has all options."""

    takes_options = True

    def __init__(
        self, *, launcher: Launcher, limits: Limits, bounds: Bounds, timeout_seconds: float
    ) -> None:
        self._launcher = launcher
        self._limits = limits
        self._bounds = bounds
        self._timeout_seconds = timeout_seconds

    async def run(
        self, upload: FileIO, result: FileIO, options: Options, record: Record
    ) -> Converted:
        record.stage = "converting"
        with launch_faults_reported(on_timeout=conversion_timeout(self._timeout_seconds)):
            ended = await self._launcher.run(
                child.convert,
                SentFile(upload),
                SentFile(result),
                options,
                self._limits,
                self._bounds,
                timeout=self._timeout_seconds,
            )
        reply = reply_of(ended, self._bounds, record)
        if not isinstance(reply, Converted):
            raise unexpected_reply(ended, record)
        return reply

    async def probe(self) -> Locks:
        return await probe_child(self._launcher, self._bounds)
