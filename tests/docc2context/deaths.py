"""What a worker process may meet; it imports this module by name."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from docc2context.archive.reader import Archive
from docc2context.bundle.report import SkippedPage
from docc2context.bundle_builder import BundlePage, BundlePageConverter
from docc2context.pages import Plan


def killed(*_: object) -> None:
    """As by the kernel where memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def blocks_ctrl_c(batch: Sequence[str]) -> list[bool]:
    """Whether the process that converts a batch has blocked it, once for each page."""
    return [signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())] * len(batch)


class FirstFails(BundlePageConverter):
    """The page `a` fails at once; the others take until `folder` holds `released`, or long."""

    def __init__(self, folder: Path, archive: Archive, plan: Plan) -> None:
        super().__init__(archive, plan)
        self._folder = folder

    def convert(self, source: str) -> BundlePage | SkippedPage:
        if source.endswith("/a.json"):
            raise KeyError(source)
        end = time.monotonic() + 20
        while time.monotonic() < end and not (self._folder / "released").exists():
            time.sleep(0.002)
        (self._folder / "done").touch()
        return super().convert(source)
