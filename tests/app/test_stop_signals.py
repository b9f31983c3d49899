"""What a service does when it is told to stop once more, and which signals tell it to."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.services.stop_signals import ECHO_SECONDS
from tests.app.archives import doccarchive
from tests.app.lingering import downloading, uploading
from tests.app.processes import stopped
from tests.app.serving import DEADLINE_SECONDS, NEEDS_PROC, Server, eventually

pytestmark = NEEDS_PROC


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_second_signal_ends_an_upload_at_once(
    start_server: Callable[..., Server], number: signal.Signals
) -> None:
    server = start_server(SHUTDOWN_GRACE_SECONDS=600)
    with uploading(server) as connection:
        stop_twice(server, number)

        assert connection.recv(1024).startswith(b"HTTP/1.1 503 ")
        assert server.process.wait(DEADLINE_SECONDS) == -number
    (event,) = server.events("stopped_at_once")
    assert (event["level"], event["signal"]) == ("warning", number.name)
    assert [event["code"] for event in server.events("request_finished")][-1] == "draining"


def test_the_second_signal_ends_a_download_at_once(start_server: Callable[..., Server]) -> None:
    server = start_server("--timeout-graceful-shutdown", "600")
    with downloading(server):
        stop_twice(server, signal.SIGTERM, lambda server: not server.accepts())

        assert server.process.wait(DEADLINE_SECONDS) == -signal.SIGTERM


def test_the_second_signal_leaves_nothing_of_another_converter(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    program = tmp_path / "converter"
    program.write_text("#!/bin/sh\n[ $1 = --help ] && exit 0\nsleep 613\n")
    program.chmod(0o755)
    server = start_server(CONVERTER_COMMAND=program, SHUTDOWN_GRACE_SECONDS=600)
    with server.begin(doccarchive("Foo")):
        eventually(lambda: list(server.workspace.glob("swift-conv-*/*")), "it has its folder")
        stop_twice(server, signal.SIGTERM)

        assert server.process.wait(DEADLINE_SECONDS) == -signal.SIGTERM
    assert list(server.workspace.iterdir()) == []


def test_a_socket_that_cannot_be_removed_keeps_no_service_from_ending_at_once(
    start_server: Callable[..., Server],
) -> None:
    server = start_server("--timeout-graceful-shutdown", "600")
    with downloading(server):
        (address,) = server.temporary.glob("*/*")
        address.unlink()
        address.mkdir()
        stop_twice(server, signal.SIGTERM, lambda server: not server.accepts())

        assert server.process.wait(DEADLINE_SECONDS) == -signal.SIGTERM
    assert list(server.temporary.iterdir()) == []


def test_the_third_signal_ends_a_service_that_hangs() -> None:
    hanging = (
        "import asyncio, pathlib, time\n"
        "from app.services.drain import Drain\n"
        "from app.services.stop_signals import stop_on_signals\n"
        "async def hang():\n"
        "    stop_on_signals(Drain(workspace=pathlib.Path(), grace_seconds=0))\n"
        "    print(flush=True)\n"
        "    time.sleep(600)\n"
        "asyncio.run(hang())\n"
    )
    with subprocess.Popen([sys.executable, "-c", hanging], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()

        def has_ended() -> bool:
            process.terminate()
            return process.poll() is not None

        try:
            eventually(has_ended, "it has ended")
        finally:
            process.kill()
    assert process.returncode == -signal.SIGTERM


STOPPED_TWICE = """
import asyncio, logging, pathlib, signal, threading
from app.services.drain import Drain
from app.services.stop_signals import ECHO_SECONDS, stop_on_signals
from app.worker.forkserver import make_reachable

class Last(logging.Handler):
    def flush(self):  # is the last that the service does
        {last}

async def stop_twice():
    signal.signal(signal.SIGTERM, lambda *_: None)
    stop_on_signals(Drain(workspace=pathlib.Path(), grace_seconds=0))
    signal.raise_signal(signal.SIGTERM)
    await asyncio.sleep(2 * ECHO_SECONDS)
    logging.getLogger().addHandler(Last())
    signal.raise_signal(signal.SIGTERM)
    await asyncio.sleep(15)

asyncio.run(stop_twice())
"""


def test_no_child_can_be_started_behind_the_second_signal() -> None:
    start = "late = threading.Thread(target=make_reachable); late.start(); late.join(0.3)"
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"TMPDIR": folder}
        command = [sys.executable, "-c", STOPPED_TWICE.format(last=start)]

        done = subprocess.run(command, env=environment, timeout=60, check=False)

        assert done.returncode == -signal.SIGTERM
        assert list(Path(folder).iterdir()) == []


def test_the_second_signal_ends_a_process_that_its_own_signal_does_not_end() -> None:
    """Such is process 1 of a container; one that blocks the signal can be had everywhere."""
    block = "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})"
    command = [sys.executable, "-c", STOPPED_TWICE.format(last=block)]

    done = subprocess.run(command, timeout=60, check=False)

    assert done.returncode == 128 + signal.SIGTERM


def test_the_first_signal_stops_a_loop_that_no_server_runs() -> None:
    serverless = (
        "import asyncio, pathlib, signal\n"
        "from app.services.drain import Drain\n"
        "from app.services.stop_signals import stop_on_signals\n"
        "async def serve():\n"
        "    stop_on_signals(Drain(workspace=pathlib.Path(), grace_seconds=0))\n"
        "    signal.raise_signal(signal.SIGTERM)\n"
        "    await asyncio.sleep(15)\n"
        "asyncio.run(serve())\n"
    )
    command = [sys.executable, "-c", serverless]

    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=60, check=False)

    assert done.stderr.endswith("RuntimeError: Event loop stopped before Future completed.\n")


def test_two_signals_at_the_same_time_are_one(
    start_server: Callable[..., Server], slow_archive: bytes
) -> None:
    server = start_server()
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(server.put, slow_archive)
        eventually(server.converting, "the conversion runs")
        with stopped(server.process.pid):
            server.process.send_signal(signal.SIGTERM)
            server.process.send_signal(signal.SIGINT)

        assert begun.result().status_code == 200
    assert server.events("stopped_at_once") == []


@pytest.mark.usefixtures("signals_that_end")
def test_a_terminal_that_is_closed_lets_the_service_finish(
    start_server: Callable[..., Server], slow_archive: bytes
) -> None:
    server = start_server()
    forkserver = server.forkserver()
    assert os.getpgid(forkserver) == forkserver, "the terminal's signal does not reach it"
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(server.put, slow_archive)
        eventually(server.converting, "the conversion runs")
        stop_twice(server, signal.SIGHUP, first=signal.SIGHUP)  # by the shell and by the system

        assert begun.result().status_code == 200
    assert server.process.wait(DEADLINE_SECONDS) == -signal.SIGTERM


def test_a_closed_terminal_does_not_stop_a_service_that_nohup_has_started(
    start_server: Callable[..., Server],
) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        server = start_server()
    finally:
        signal.signal(signal.SIGHUP, before)

    with server.undisturbed():
        server.process.send_signal(signal.SIGHUP)


def stop_twice(
    server: Server,
    second: signal.Signals,
    is_heeded: Callable[[Server], bool] = Server.drains,
    first: signal.Signals = signal.SIGTERM,
) -> None:
    """Send `first` and, once that is heeded, `second`: no echo of the first."""
    server.process.send_signal(first)
    eventually(lambda: is_heeded(server), "the first is heeded")
    heeded_at = time.monotonic()
    eventually(lambda: time.monotonic() > heeded_at + ECHO_SECONDS, "it would be an echo no more")
    server.process.send_signal(second)
