"""What a child sends when its work has ended."""

import os
from typing import NoReturn

import pytest

from app.worker.locks.bounds import Bounds
from app.worker.protocol import Crashed, decode
from app.worker.replies import reply_with
from docc2context import Reading

BOUNDS = Bounds(memory_bytes=2**30, cpu_seconds=60, file_bytes=1000)


def fail() -> NoReturn:
    raise ValueError("a bug")


@pytest.mark.parametrize(("reading", "stage"), [(Reading(), "opening"), (None, "converting")])
def test_a_failure_says_how_far_the_archive_had_been_read(
    reading: Reading | None, stage: str
) -> None:
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as pipe:
        reply_with(theirs, fail, BOUNDS, reading)
        os.close(theirs)
        reply = decode(pipe.read())

    assert isinstance(reply, Crashed)
    assert reply.stage == stage
    assert reply.traceback.endswith("ValueError: a bug\n")
