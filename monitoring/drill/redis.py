"""A real Redis, which replicas of the service share to count what clients send."""

from pathlib import Path
from typing import Final

from monitoring.programs import Program, free_port

PROGRAM: Final = "redis-server"
PACKAGE: Final = "redis-server"
"""Debian's."""


class Redis(Program):
    """On a free loopback port, with its log in `folder`; it keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        command = [
            *(PROGRAM, "--bind", "127.0.0.1", "--port", str(port)),
            *("--save", "", "--dir", str(folder)),
        ]
        super().__init__(command, port, folder / "redis.log")

    @property
    def url(self) -> str:
        """As RATE_LIMIT_STORE takes it."""
        return f"redis://{self.address}/0"
