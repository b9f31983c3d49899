"""The thread that reads."""

import threading
from queue import Queue

import pytest
from structlog.testing import capture_logs

from app.core import sampler as module
from app.core.sampler import Sampler, repeatedly

DEADLINE_SECONDS = 4
"""Less than the usual interval."""


def test_it_reads_at_once_and_again_for_as_long_as_it_runs() -> None:
    read: Queue[int] = Queue()
    numbers = iter(range(1_000_000))

    def count() -> int:
        number = next(numbers)
        read.put(number)
        return number

    sampler = Sampler("numbers", count, interval=0.001)
    assert sampler.latest() is None

    with sampler.running():
        assert [read.get(timeout=DEADLINE_SECONDS) for _ in range(3)] == [0, 1, 2]

    # It has ended: nothing is read any more, and what was read last stays.
    last = next(numbers) - 1
    assert sampler.latest() == last
    assert "numbers" not in {thread.name for thread in threading.enumerate()}


def test_it_can_run_again() -> None:
    read: Queue[bool] = Queue()
    sampler = Sampler("items", lambda: read.put(item=True), interval=60)

    for _ in range(2):
        with sampler.running():
            assert read.get(timeout=DEADLINE_SECONDS)


def test_what_fails_is_logged_and_called_again() -> None:
    called: Queue[int] = Queue()
    outcomes = iter([1, 0, 1])

    def divide() -> None:
        number = next(outcomes, 1)
        called.put(number)
        called.put(1 // number)

    with capture_logs() as lines, repeatedly("divisions", divide, interval=0.001):
        assert [called.get(timeout=DEADLINE_SECONDS) for _ in range(5)] == [1, 1, 0, 1, 1]

    assert lines == [
        {
            "event": "sampling_failed",
            "sampler": "divisions",
            "log_level": "error",
            "exc_info": True,
        }
    ]


def test_a_call_that_hangs_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STOP_SECONDS", 0.01)
    go_on, ended = threading.Event(), threading.Event()

    def hang() -> None:
        go_on.wait(DEADLINE_SECONDS)
        ended.set()

    with repeatedly("hanging", hang):
        (thread,) = (one for one in threading.enumerate() if one.name == "hanging")

    assert not ended.is_set()
    assert thread.daemon  # or the process would wait for it
    go_on.set()
    thread.join()
