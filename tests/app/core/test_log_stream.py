"""A log that nobody reads, for a while or for ever."""

import gc
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.core import log_stream
from app.core.log_stream import PatientStream
from tests.app.serving import DEADLINE_SECONDS, eventually

LINE = f"{'x' * 99}\n"
LONG = f"{'y' * 10_000}\n"
PIPE_BYTES = 65536

LINES = 6000
"""Of a kilobyte each: more than may wait and than a pipe takes."""

PROGRAM = f"""
import sys, structlog
from app.core.logging import configure_logging

configure_logging("info", "json")
for number in range({LINES}):
    structlog.get_logger().info("it_happened", number=number, text="x" * 1000)
print("not held up", flush=True)
sys.stdin.read()
"""

SERVICE = """
import asyncio, os, signal, sys, structlog
from app.main import app

async def serve():
    async with app.router.lifespan_context(app):
        for number in range(2000):
            structlog.get_logger().info("it_happened", number=number, text="x" * 100)
        print("stops", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(serve())
"""

CROWDED = f"""
import structlog
from app.main import app
from tests.app.scrapes import value_of

for number in range({LINES}):
    structlog.get_logger().info("it_happened", number=number, text="x" * 1000)
print(value_of(app.state.services.metrics, "log_lines_dropped_total"), flush=True)
"""


class Pipe:
    """A stream into a pipe, and what comes out of it."""

    def __init__(self) -> None:
        self._out, into = os.pipe()
        self.dropped: list[int] = []
        self.counted: list[None] = []
        self.stream = PatientStream(
            into, count=lambda: self.counted.append(None), report=self.dropped.append
        )
        os.close(into)

    def read(self, size: int) -> str:
        found = b""
        while len(found) < size:
            assert select.select([self._out], [], [], DEADLINE_SECONDS)[0], found[-200:]
            found += os.read(self._out, size - len(found))
        return found.decode()

    def read_until(self, is_enough: Callable[[], bool]) -> str:
        """All that has come by then, and what is still in the pipe."""
        found = b""
        os.set_blocking(self._out, False)

        def look() -> bool:
            nonlocal found
            was_enough = is_enough()
            with suppress(BlockingIOError):
                found += os.read(self._out, 2 * PIPE_BYTES)
            return was_enough

        eventually(look, "enough has come")
        os.set_blocking(self._out, True)
        return found.decode()

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._out)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.close()
    pipe.stream.flush()


def is_writing() -> bool:
    return any(thread.name == "log" for thread in threading.enumerate())


def test_a_line_is_written_at_once(pipe: Pipe) -> None:
    pipe.stream.write("é\udcff\n")

    assert pipe.read(9) == "é\\udcff\n"
    assert not is_writing()


def test_lines_wait_for_a_reader_in_their_order(pipe: Pipe) -> None:
    lines = [f"{number}{LINE}" for number in range(1000)] + [LONG]
    for line in lines:
        pipe.stream.write(line)

    assert is_writing()
    whole = "".join(lines)
    assert pipe.read(len(whole)) == whole
    eventually(lambda: not is_writing(), "the thread has ended")
    assert pipe.dropped == []


def test_no_line_overtakes_one_that_is_half_written(pipe: Pipe) -> None:
    lines = [LONG * 20]
    pipe.stream.write(lines[0])

    found = ""
    for number in range(30):
        found += pipe.read(select.PIPE_BUF)
        lines.append(f"{number}\n")
        pipe.stream.write(lines[-1])
    whole = "".join(lines)
    assert found + pipe.read(len(whole) - len(found)) == whole


def test_a_line_is_not_lost_if_another_process_fills_the_pipe_first(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, tries = os.write, []

    def too_late_at_first(descriptor: int, data: bytes) -> int:
        tries.append(data)
        if len(tries) == 1:
            raise BlockingIOError
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", too_late_at_first)
    pipe.stream.write(LINE)

    assert pipe.read(len(LINE)) == LINE


def test_a_signal_handler_may_log_while_a_line_is_written(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def interrupted(descriptor: int, data: bytes) -> int:
        monkeypatch.undo()
        pipe.stream.write("first\n")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", interrupted)
    writer = threading.Thread(target=pipe.stream.write, args=("second\n",), daemon=True)
    writer.start()
    writer.join(5)

    assert not writer.is_alive()
    assert pipe.read(13) == "first\nsecond\n"


def test_a_pipe_that_another_process_has_made_not_block_is_waited_for(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, tries = os.write, []

    def counted(descriptor: int, data: bytes) -> int:
        tries.append(data)
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", counted)
    os.set_blocking(pipe.stream._descriptor, False)
    line = LONG * 10
    pipe.stream.write(line)
    time.sleep(0.05)  # while nobody reads

    assert len(tries) <= PIPE_BYTES // select.PIPE_BUF + 1
    assert pipe.read(len(line)) == line


def test_a_line_longer_than_a_pipe_is_written_whole_even_if_its_rest_is_over_the_bound(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = LONG * 10
    monkeypatch.setattr(log_stream, "MAX_WAITING_BYTES", len(line) - PIPE_BYTES - 1)
    pipe.stream.write(line)

    assert pipe.read(len(line)) == line


def test_lines_over_the_bound_are_dropped_and_their_number_is_reported_later(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_stream, "MAX_WAITING_BYTES", 5 * len(LONG))
    # And one or two more, in part in the pipe or with the thread.
    kept = PIPE_BYTES // len(LONG) + 5
    for _ in range(2):
        pipe.counted.clear()
        for _ in range(40):
            pipe.stream.write(LONG)
        counted = len(pipe.counted)  # while nobody reads

        found = pipe.read_until(lambda: bool(pipe.dropped) and not is_writing())
        dropped = pipe.dropped.pop()
        assert counted == dropped
        assert kept - 2 <= 40 - dropped <= kept + 2
        assert found == LONG * (40 - dropped)

    pipe.stream.write(LINE)
    assert pipe.read(len(LINE)) == LINE


def test_when_the_reader_has_gone_nothing_waits(pipe: Pipe) -> None:
    pipe.stream.write(LINE * 1000)
    assert is_writing()

    pipe.close()

    eventually(lambda: not is_writing(), "the thread has ended")
    pipe.stream.write(LINE)
    assert not is_writing()


def test_the_descriptor_is_released_with_the_stream() -> None:
    out, into = os.pipe()
    stream = PatientStream(into, count=lambda: None, report=lambda _: None)
    os.close(into)
    stream.write(LINE)
    del stream
    gc.collect()

    os.set_blocking(out, False)  # else the test would wait for a writer that is left
    assert os.read(out, PIPE_BYTES) == LINE.encode()
    assert os.read(out, PIPE_BYTES) == b""
    os.close(out)


def test_without_a_thread_lines_are_dropped_and_the_next_ones_written(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        pipe.stream.write(LINE * 1000)
    assert len(pipe.counted) == 1
    pipe.read(PIPE_BYTES)
    pipe.stream.write(LINE)

    assert pipe.read(len(LINE)) == LINE


@pytest.mark.parametrize("reads", [True, False])
def test_a_program_is_not_held_up_by_a_log_that_nobody_reads(*, reads: bool) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as program:
        too_late = threading.Timer(4 * DEADLINE_SECONDS, program.kill)
        too_late.start()
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline() == b"not held up\n"
        if reads:
            last = b""
            written = 0
            while b"log_lines_dropped" not in last:
                last = program.stderr.readline()
                assert last.startswith(b"{")
                assert last.endswith(b"}\n")
                written += b"it_happened" in last
            told = json.loads(last)
            assert (told["level"], told["lines"]) == ("warning", LINES - written)
        program.stdin.close()
        assert program.wait(DEADLINE_SECONDS) == 0
        too_late.cancel()


def test_lines_that_wait_when_the_service_stops_are_still_written(tmp_path: Path) -> None:
    command, pipe = [sys.executable, "-c", SERVICE], subprocess.PIPE
    settings = os.environ | {"WORKSPACE_DIR": str(tmp_path)}
    with subprocess.Popen(command, env=settings, stdout=pipe, stderr=pipe) as service:
        assert service.stdout is not None
        assert service.stdout.readline() == b"stops\n"
        time.sleep(0.3)  # without waiting, it would be gone
        _, log = service.communicate(timeout=DEADLINE_SECONDS)

    assert log.count(b"it_happened") == 2000


def test_while_nobody_reads_the_metric_counts_what_is_dropped(tmp_path: Path) -> None:
    command, pipe = [sys.executable, "-c", CROWDED], subprocess.PIPE
    settings = os.environ | {"WORKSPACE_DIR": str(tmp_path)}
    with subprocess.Popen(command, env=settings, stdout=pipe, stderr=pipe) as service:
        assert service.stdout is not None
        dropped = float(service.stdout.readline())
        _, log = service.communicate(timeout=DEADLINE_SECONDS)

    assert 0 < dropped < LINES
    assert dropped == LINES - log.count(b"it_happened")
