"""Many requests to an application in this process."""

from collections.abc import Iterator
from contextlib import contextmanager

from anyio.from_thread import start_blocking_portal
from starlette.testclient import TestClient


@contextmanager
def one_loop(client: TestClient) -> Iterator[None]:
    """All requests within the block share an event loop, without the application's lifespan.

    Otherwise each has a thread and a loop of its own, which take longer than the request.
    """
    with start_blocking_portal() as portal:
        client.portal = portal
        yield
        client.portal = None
