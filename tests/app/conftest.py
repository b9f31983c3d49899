"""What the tests of the service share."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import structlog
from fastapi import FastAPI
from playwright.sync_api import Browser

# The helpers beside the tests are imported as `tests.app.…`, in the children of a launcher too.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.app.archives import slow_doccarchive
from tests.app.browser import open_browser
from tests.app.serving import Server


@pytest.fixture(scope="session")
def slow_archive() -> bytes:
    return slow_doccarchive()


@pytest.fixture(scope="module")
def start_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Server]]:
    with ExitStack() as servers:

        def start(**settings: object) -> Server:
            server = Server(tmp_path_factory.mktemp("server"), settings)
            servers.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from open_browser()


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """Whatever the test configures is gone after it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def app(tmp_path: Path, logging_as_before: None) -> FastAPI:  # noqa: ARG001
    """An application of its own, in this process."""
    from app.core.config import Settings  # noqa: PLC0415
    from app.main import create_app  # noqa: PLC0415

    return create_app(Settings(workspace_dir=tmp_path))
