"""A real server in a process of its own, and what can be seen of it from outside."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import psutil
import pytest

from app.core.errors import ErrorCode
from monitoring.programs import free_port
from tests.app.archives import doccarchive
from tests.app.forks import SHOWN, Fork
from tests.app.processes import children_of, command_of, files_of, is_locked, stopped

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
CONVERT = "/api/v1/convert"
DEADLINE_SECONDS = 15.0
_START_SECONDS = 60.0  # of which a busy machine has taken over 15
SMALL_WORKSPACE_BYTES = 1024 * 1024

# Tests send more from one address than a client would.
_DEFAULTS: dict[str, object] = {"RATE_LIMIT_ENABLED": False}

NEEDS_PROC = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at the server's processes through /proc"
)


def eventually(condition: Callable[[], T], what: str, seconds: float = DEADLINE_SECONDS) -> T:
    """Poll until `condition()` is true, and return it; AssertionError after these seconds."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.01)
    return found


def problem(response: httpx2.Response, *, remedy: str | None = None) -> dict[str, Any]:
    """The problem document of a response, checked for what all have in common.

    `remedy` is what it advises, if that is not the catalogue's advice.
    """
    assert response.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    code = ErrorCode.named(document["code"])
    assert response.status_code == document["status"] == code.status
    assert document["title"] == code.title
    assert document["remedy"] == (remedy or code.remedy)
    assert document["type"] == f"urn:docc2context-service:error:{code.value}"
    assert document["request_id"] == response.headers["X-Request-ID"]
    assert str(ROOT) not in response.text
    assert "Traceback" not in response.text
    return document


class Server:
    """`python -m uvicorn app.main:app` on a free port of the loopback, ended by its process id."""

    def __init__(self, folder: Path, settings: Mapping[str, object], *options: str) -> None:
        self.workspace = Path(str(settings.get("WORKSPACE_DIR", folder / "workspace")))
        self.workspace.mkdir(exist_ok=True)
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.log = folder / "log"
        self.port = free_port()
        self.process = Fork(
            [
                *("app.main:app", "--http", "app.http.protocol:BoundedProtocol"),
                *("--port", str(self.port), *options),
            ],
            os.environ
            | environment(**{**_DEFAULTS, "WORKSPACE_DIR": self.workspace, **settings})
            | {"TMPDIR": str(self.temporary), "PYTHONWARNINGS": SHOWN},
            self.log,
        )
        # No certificates: to read those of the world takes 50 ms, and is of no use here.
        address = f"http://127.0.0.1:{self.port}"
        self.client = httpx2.Client(base_url=address, timeout=60, verify=False)
        try:
            eventually(self._accepts, "the server accepts connections", _START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def _accepts(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return self.accepts()

    def accepts(self) -> bool:
        """Whether the port is open."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def drains(self) -> bool:
        """Whether it sends conversions away."""
        return self.client.get("/health/ready").status_code == 503

    def stop(self) -> None:
        """End it as an operator does; it leaves no temporary file."""
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            ended_by = -self.process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        if ended_by == signal.SIGTERM:
            assert list(self.temporary.iterdir()) == [], "temporary files are left"

    def post(self, archive: bytes, name: str = "foo.zip", **headers: str) -> httpx2.Response:
        """Send the archive as the form's file."""
        return self.client.post(CONVERT, files={"file": (name, archive)}, headers=headers)

    def put(self, archive: bytes, **headers: str) -> httpx2.Response:
        """Send the archive as the body."""
        return self.client.put(CONVERT, content=archive, headers=headers)

    def send(self, data: bytes) -> socket.socket:
        """Send bytes over a connection of their own, and leave it open."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_SECONDS)
        connection.sendall(data)
        return connection

    def begin(self, archive: bytes) -> socket.socket:
        """Send the archive and do not wait for the answer."""
        return self.send(
            f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(archive)}\r\n\r\n".encode()
            + archive
        )

    def events(self, name: str) -> list[dict[str, Any]]:
        """The events of that name in the log."""
        lines = (json.loads(line) for line in self.lines() if line.startswith("{"))
        return [line for line in lines if line["event"] == name]

    def lines(self) -> list[str]:
        """All that the server and its children have written to standard error, line by line."""
        return self.log.read_text().splitlines()

    def children(self) -> list[int]:
        """The process ids of the conversions that run."""
        return [child for server in self._forkservers() for child in children_of(server)]

    def forkserver(self) -> int:
        """The process id of the forkserver."""
        (pid,) = self._forkservers()
        return pid

    def kill_forkserver(self) -> None:
        """End it as soon as it sleeps: before, it may not have told the service of a new child."""
        forkserver = psutil.Process(self.forkserver())
        eventually(lambda: forkserver.status() == psutil.STATUS_SLEEPING, "the forkserver sleeps")
        forkserver.kill()

    def open_files(self) -> int:
        """How many descriptors the server holds, connections apart."""
        return len([one for one in self._open() if not one.startswith("socket:")])

    def is_idle(self) -> bool:
        """Whether no conversion runs and no upload or result is held."""
        held = [one for one in self._open() if one.startswith(str(self.workspace))]
        return not held and not self.children() and not list(self.workspace.iterdir())

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """The server has to be after the block as it was before."""
        assert self.put(doccarchive("Foo")).status_code == 200
        eventually(self.is_idle, "the server is idle before the test")
        before = self.open_files()
        yield
        eventually(self.is_idle, "no child is left and nothing is held in the workspace")
        eventually(lambda: self.open_files() == before, f"{before} files are open again")
        assert self.put(doccarchive("Foo")).status_code == 200

    def converting(self) -> list[int]:
        """Of the children those that hold an upload, behind their locks.

        The others only answer a check, or have yet to read what they are to do.
        """
        return [
            child
            for child in self.children()
            if is_locked(child)
            and any(one.startswith(str(self.workspace)) for one in files_of(child))
        ]

    def _open(self) -> list[str]:
        return files_of(self.process.pid)

    def _forkservers(self) -> list[int]:
        return [pid for pid in children_of(self.process.pid) if b"forkserver" in command_of(pid)]


@contextmanager
def held(server: Server) -> Iterator[int]:
    """The one conversion that runs does not go on within the block.

    Gives its process id: the system may leave a child out of the list while another one ends.
    """
    (child,) = eventually(server.converting, "the conversion runs")
    with stopped(child):
        yield child


def environment(**settings: object) -> dict[str, str]:
    """The settings as environment variables."""
    return {name: str(value) for name, value in settings.items()}
