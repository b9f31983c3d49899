"""The real Prometheus and Alertmanager, started and ended for a drill, a test or one machine."""

import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0

_LOG_TAIL_BYTES: Final = 2000


class ProgramMissing(Exception):
    """Programs are not installed; the message says which Debian packages bring them.

    `packages` has these by the programs' names.
    """

    def __init__(self, packages: Mapping[str, str]) -> None:
        self.packages = packages
        are = "is" if len(packages) == 1 else "are"
        brought = f"apt-get install {' '.join(packages.values())}"
        super().__init__(f"{' and '.join(packages)} {are} not installed: {brought}")


class CannotStart(Exception):
    """A program ended, or was not ready in time; the message has the end of its log."""


def installed(*names: str, package: str) -> str:
    """The path of the first of these names that is installed. Raises ProgramMissing."""
    for name in names:
        if path := shutil.which(name):
            return path
    raise ProgramMissing({names[0]: package})


def prometheus_program() -> str:
    """Where Prometheus is. Raises ProgramMissing."""
    return installed("prometheus", package="prometheus")


def alertmanager_program() -> str:
    """Where Alertmanager is, by its own name or Debian's. Raises ProgramMissing."""
    return installed("prometheus-alertmanager", "alertmanager", package="prometheus-alertmanager")


def require_watchers() -> None:
    """Raise ProgramMissing unless Prometheus and Alertmanager are there; it names all missing."""
    missing: dict[str, str] = {}
    for find in (prometheus_program, alertmanager_program):
        try:
            find()
        except ProgramMissing as error:
            missing |= error.packages
    if missing:
        raise ProgramMissing(missing)


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Program:
    """A server on a loopback port: started when entered, ended by its pid when left.

    It is ready when the path `ready` answers 200; without a path, when it takes connections. Its
    output goes to `log`. Told to stop, it has `stop_seconds` to end by itself. Ctrl-C does not
    reach it: whoever started it ends it.
    """

    def __init__(
        self,
        command: list[str],
        port: int,
        log: Path,
        *,
        ready: str | None = None,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self.command = command
        self.port = port
        self.log = log
        self.ready = ready
        self.stop_seconds = stop_seconds
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Its address, without a trailing slash."""
        return f"http://{self.address}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Return when it is ready. Raises CannotStart; on any exception it is not left running."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        try:
            self._wait_until_ready(self.process)
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if process.poll() is not None or time.monotonic() > end:
                name = Path(self.command[0]).name
                raise CannotStart(f"{name} did not start:\n{self.log_tail()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it as an operator does, or kill it if it takes too long."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _is_ready(self) -> bool:
        if self.ready is None:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0
        page = self.url + self.ready
        try:
            with urllib.request.urlopen(page, timeout=2) as answer:  # noqa: S310  # our own address
                return bool(answer.status == 200)
        except urllib.error.HTTPError as error:
            error.close()
            return False
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    @property
    def exit_code(self) -> int | None:
        """That of a program that has ended; None while it runs, and before it is started."""
        return None if self.process is None else self.process.poll()

    def hang_up(self) -> None:
        """Send SIGHUP, which makes Prometheus and Alertmanager reload their configuration."""
        if self.process is not None:
            self.process.send_signal(signal.SIGHUP)

    def log_tail(self) -> str:
        """The last lines of its output."""
        return self.log.read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace")


class Prometheus(Program):
    """With data and log in `folder`. Raises ProgramMissing."""

    def __init__(self, folder: Path, config: Path, *flags: str, port: int | None = None) -> None:
        port = port or free_port()
        self.config = config
        self.data = folder / "prometheus"
        command = [
            prometheus_program(),
            f"--config.file={config}",
            f"--storage.tsdb.path={self.data}",
            f"--web.listen-address=127.0.0.1:{port}",
            *flags,
        ]
        super().__init__(command, port, folder / "prometheus.log", ready="/-/ready")


class Alertmanager(Program):
    """With data and log in `folder`. Raises ProgramMissing."""

    def __init__(self, folder: Path, config: Path, *flags: str, port: int | None = None) -> None:
        port = port or free_port()
        self.config = config
        command = [
            alertmanager_program(),
            f"--config.file={config}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",  # a single one has no peers
            *flags,
        ]
        super().__init__(command, port, folder / "alertmanager.log", ready="/-/ready")
