"""The real server, started where the system gives it few threads and processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import httpx2
import pytest

from app.core.enough_threads import needed_threads
from monitoring.programs import free_port
from tests.app.archives import doccarchive
from tests.app.serving import CONVERT, DEADLINE_SECONDS, ROOT, environment, eventually

SLOTS = 3
NEEDED = needed_threads(SLOTS, has_command=False)

COMMAND = """\
import pathlib, sys, time
if sys.argv[1] != "--help":
    pathlib.Path("output").mkdir()
    pathlib.Path("output/page.md").write_text("# Page")
    time.sleep(3)
"""
"""A converter in one process and thread, which takes longer than the answer of a probe is kept."""

USERS = count(20_000 + os.getpid() % 4_000 * 10)
"""One for each server, so that nothing else counts, not even what the last one has started and is
still ending: the limit is one of all that a user runs. A container may have none above 65,535."""

IS_ROOT = os.geteuid() == 0


def unprivileged() -> list[str]:
    user = str(next(USERS))
    return [
        *("setpriv", "--reuid", user, "--regid", user, "--clear-groups"),
        # Python may lie where only root looks; this does not lift the limit.
        *("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"),
    ]


@contextmanager
def started(
    folder: Path, port: int, *limits: str, **settings: object
) -> Iterator["subprocess.Popen[bytes]"]:
    """A server with these options of prlimit; nproc counts the server itself too."""
    uvicorn = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)]
    # Everyone may write to /var/tmp.
    variables = environment(WORKSPACE_DIR="/var/tmp", CONVERSION_SLOTS=SLOTS, **settings)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*(unprivileged() if IS_ROOT else []), "prlimit", *limits, *uvicorn],
            cwd=ROOT,
            env=os.environ | variables,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(DEADLINE_SECONDS)


@pytest.mark.parametrize("room", [1, 12, 13, 14, NEEDED])
def test_a_service_that_gets_too_few_threads_says_so_in_one_line_and_ends(
    tmp_path: Path, room: int
) -> None:
    with started(tmp_path, free_port(), f"--nproc={room}") as process:
        assert process.wait(DEADLINE_SECONDS) == 3

    (line,) = (tmp_path / "log").read_text().splitlines()
    event = json.loads(line)
    assert (event["level"], event["event"], event["reason"], event["needed"]) == (
        *("error", "too_few_threads"),
        *("can't start new thread", NEEDED),
    )
    assert event["remedy"].startswith("raise the limit of processes and threads (ulimit -u,")


def test_a_command_for_each_conversion_needs_more_threads_than_our_own_converter(
    tmp_path: Path,
) -> None:
    enough_for_our_own = f"--nproc={1 + NEEDED}"
    with started(tmp_path, free_port(), enough_for_our_own, CONVERTER_COMMAND="true") as process:
        assert process.wait(DEADLINE_SECONDS) == 3

    event = json.loads((tmp_path / "log").read_text())
    assert (event["event"], event["needed"]) == (
        "too_few_threads",
        needed_threads(SLOTS, has_command=True),
    )


def test_a_service_that_gets_too_little_address_space_for_its_threads_says_so(
    tmp_path: Path,
) -> None:
    stack = 64 * 1024 * 1024
    limits = f"--stack={stack}", f"--as={NEEDED * stack}"  # nothing is left for what is no stack
    with started(tmp_path, free_port(), *limits) as process:
        assert process.wait(DEADLINE_SECONDS) == 3

    event = json.loads((tmp_path / "log").read_text())
    assert event["event"] == "too_few_threads"
    assert event["remedy"].startswith("lift the limit of address space (ulimit -v,")
    assert "; if that does not help, raise the limit of processes and threads" in event["remedy"]


@pytest.mark.skipif(not IS_ROOT, reason="NOT SHOWN: needs root, to count for a user of its own")
@pytest.mark.parametrize("has_command", [False, True], ids=["own", "command"])
def test_a_service_that_gets_as_many_threads_as_it_needs_uses_all_slots_while_it_is_watched(
    tmp_path: Path, slow_archive: bytes, *, has_command: bool
) -> None:
    port = free_port()
    room = 1 + needed_threads(SLOTS, has_command=has_command)
    (tmp_path / "convert.py").write_text(COMMAND)
    command = f"env {sys.executable} {tmp_path / 'convert.py'}" if has_command else ""
    archive = doccarchive("Foo") if has_command else slow_archive
    with (
        started(tmp_path, port, f"--nproc={room}", CONVERTER_COMMAND=command) as process,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
        ThreadPoolExecutor(SLOTS) as pool,
    ):

        def listens() -> bool:
            assert process.poll() is None, (tmp_path / "log").read_text()
            with suppress(httpx2.TransportError):
                return client.get("/health").status_code == 200
            return False

        eventually(listens, "it listens")
        conversions = [pool.submit(client.put, CONVERT, content=archive) for _ in range(SLOTS)]
        all_run = f"\nactive_conversions {SLOTS}.0"
        eventually(lambda: all_run in client.get("/metrics").text, "all slots convert")

        while wait(conversions, 0.1).not_done:  # longer than the answer of one probe is kept
            assert client.get("/health/ready").status_code == 200
        assert [conversion.result().status_code for conversion in conversions] == [200] * SLOTS
