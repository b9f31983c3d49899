"""A launcher that starts no process."""

import asyncio
from typing import Any

from app.worker.launcher import Ended, Launcher
from app.worker.protocol import Reply, encode


class ToldLauncher(Launcher):
    """Starts nothing, and answers as it was told."""

    def __init__(self, answer: Ended | Exception) -> None:
        self.answer = answer
        self.runs = 0
        self.asked = asyncio.Event()

    async def run(self, *_arguments: Any, **_options: Any) -> Ended:
        self.runs += 1
        self.asked.set()
        answer = self.answer
        await asyncio.sleep(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def told(answer: Ended | Reply | Exception) -> ToldLauncher:
    if isinstance(answer, Ended | Exception):
        return ToldLauncher(answer)
    return ToldLauncher(Ended(encode(answer), 0))
