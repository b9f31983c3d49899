"""Requests that go on for as long as a fault lasts."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import httpx2

_END_SECONDS: Final = 90.0
"""How long a request under way is waited for."""


@contextmanager
def repeated(send: Callable[[], object], *, every: float, senders: int = 1) -> Iterator[None]:
    """Call `send` again and again, `every` seconds apart, in each of `senders` threads."""
    over = threading.Event()

    def send_until_over() -> None:
        while not over.wait(every):
            with suppress(httpx2.TransportError):
                send()

    threads = [threading.Thread(target=send_until_over, name="traffic") for _ in range(senders)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(_END_SECONDS)
