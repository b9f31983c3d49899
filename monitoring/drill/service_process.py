"""The service of a drill in a process of its own, and what clients may do to it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx2

from monitoring.drill.harm import FACTOR
from monitoring.drill.site import Site
from monitoring.programs import Program, free_port
from monitoring.service_command import serving, with_settings

CONVERT: Final = "/api/v1/convert"


class Service(Program):
    """The real service with its harmful routes, on a port that it keeps across restarts.

    `factor` is that by which times are shortened.
    """

    def __init__(self, folder: Path, site: Site, factor: int) -> None:
        port = free_port()
        self.workspace = site.workspace or _new_folder(folder / f"workspace-{port}")
        settings = {
            "WORKSPACE_DIR": self.workspace,
            "RATE_LIMIT_ENABLED": False,
            "LOG_FORMAT": "json",
            **site.settings,
            FACTOR: factor,
        }
        flags = ("--factory", "--no-access-log", "--log-level", "warning")
        command = [
            *with_settings(settings),
            *site.wrapper,
            *serving("monitoring.drill.service:create", port, *flags),
        ]
        super().__init__(command, port, folder / f"service-{port}.log", ready="/health/ready")
        self.client = httpx2.Client(base_url=self.url, timeout=60)

    def __exit__(self, *error: object) -> None:
        self.client.close()
        super().__exit__(*error)

    def put(self, archive: bytes) -> int:
        """Send an archive; return the status of the answer."""
        return self.client.put(CONVERT, content=archive).status_code

    @contextmanager
    def uploading(self, archive: bytes, *, sent: int | None = None) -> Iterator[None]:
        """Send an archive, or only its first bytes, and hang up at the end of the block."""
        head = f"PUT {CONVERT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(archive)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(head.encode() + archive[:sent])
            yield

    def break_off(self, archive: bytes) -> None:
        """Begin to send an archive, and hang up in the middle."""
        with self.uploading(archive, sent=len(archive) // 2):
            pass


def _new_folder(path: Path) -> Path:
    path.mkdir()
    return path
