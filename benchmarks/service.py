"""The service that is measured, in a process of its own."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from monitoring.programs import Program, free_port
from monitoring.service_command import serving, with_settings


class Service(Program):
    """A server on a free port, with its workspace and its log in `folder`."""

    def __init__(self, folder: Path, settings: Mapping[str, object], app: str) -> None:
        port = free_port()
        workspace = folder / "workspace"
        workspace.mkdir()
        command = with_settings({**settings, "WORKSPACE_DIR": workspace}) + serving(app, port)
        super().__init__(command, port, folder / "service.log", ready="/health")

    @property
    def pid(self) -> int:
        """Its process id, while it runs."""
        assert self.process is not None  # noqa: S101  # it has been started
        return self.process.pid


@contextmanager
def running(settings: Mapping[str, object], app: str = "app.main:app") -> Iterator[Service]:
    """A service with these settings; nothing of it is left after the block."""
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp") as folder,  # a disk
        Service(Path(folder), settings, app) as service,
    ):
        yield service
