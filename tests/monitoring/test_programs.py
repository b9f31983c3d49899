"""A program is entered once it serves, and has ended when left."""

import signal
import socket
import sys
from pathlib import Path

import pytest

from monitoring.programs import CannotStart, Program, free_port

LISTENS = """
import signal, socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    signal.pause()
"""


def program(folder: Path, code: str, ready: str | None = None) -> Program:
    port = free_port()
    return Program([sys.executable, "-c", code, str(port)], port, folder / "log", ready=ready)


def test_without_a_page_it_is_ready_when_it_takes_connections(tmp_path: Path) -> None:
    with program(tmp_path, LISTENS) as running:
        socket.create_connection(("127.0.0.1", running.port)).close()
        assert running.exit_code is None
    assert running.exit_code == -signal.SIGTERM


def test_one_that_ends_before_it_is_ready_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    ending = program(tmp_path, "import sys; sys.exit('no configuration')", ready="/health")
    with pytest.raises(CannotStart, match="did not start:\nno configuration"):
        ending.start()
    assert ending.exit_code == 1
