"""How many files the service may open, in a process of its own: a lowered limit stays."""

import errno
import json
import resource
import subprocess
import sys

import pytest
from structlog.testing import capture_logs

from app.core.config import Settings
from app.services.open_files import make_room_for_files

PROGRAM = """
import json, resource, sys
from app.core.config import Settings
from app.services.open_files import make_room_for_files

soft, hard, upload_slots = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
settings = Settings(upload_slots=upload_slots, conversion_slots=2, conversion_queue=16)
idle = make_room_for_files(settings)
print(json.dumps([idle, *resource.getrlimit(resource.RLIMIT_NOFILE)]))
"""
NEEDED = 2888


def run(soft: int, hard: int, upload_slots: int = 128) -> tuple[list[int], str]:
    """How many connections may idle, and the limits after that; and the log."""
    if hard > resource.getrlimit(resource.RLIMIT_NOFILE)[1]:
        pytest.skip(f"SKIPPED: no process here may open {hard} files")
    arguments = [sys.executable, "-c", PROGRAM, *map(str, (soft, hard, upload_slots))]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    *log, figures = done.stdout.splitlines()
    return json.loads(figures), "\n".join(log)


@pytest.mark.parametrize(
    ("soft", "hard", "limit"), [(256, 4096, NEEDED), (4096, 4096, 4096), (1024, NEEDED, NEEDED)]
)
def test_the_limit_is_raised_to_what_may_be_needed(soft: int, hard: int, limit: int) -> None:
    assert run(soft, hard) == ([1024, limit, hard], "")


def test_each_upload_slot_needs_a_connection_and_a_file() -> None:
    assert run(256, 4096, upload_slots=129)[0] == [1024, NEEDED + 2, 4096]


def test_if_that_is_not_possible_a_warning_says_so_and_fewer_connections_may_idle() -> None:
    figures, log = run(256, 1000)

    assert figures == [250, 1000, 1000]
    assert "few_open_files" in log
    assert f"limit=1000 needed={NEEDED}" in log


@pytest.mark.parametrize(
    "denial", [ValueError("not allowed to raise maximum limit"), OSError(errno.ENOSYS, "no call")]
)
def test_where_the_limit_may_not_be_set_it_stays(
    monkeypatch: pytest.MonkeyPatch, denial: Exception
) -> None:
    def denied(_which: int, _limits: tuple[int, int]) -> None:
        raise denial

    monkeypatch.setattr(resource, "getrlimit", lambda _: (400, 4096))
    monkeypatch.setattr(resource, "setrlimit", denied)
    with capture_logs() as lines:
        assert make_room_for_files(Settings(upload_slots=128)) == 100

    assert [(line["event"], line["limit"]) for line in lines] == [("few_open_files", 400)]


ENDLESS = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("soft", "raised"), [(256, [(NEEDED, ENDLESS)]), (NEEDED, []), (ENDLESS, [])]
)
def test_where_there_is_no_hard_limit_it_is_raised_to_what_may_be_needed(
    monkeypatch: pytest.MonkeyPatch, soft: int, raised: list[tuple[int, int]]
) -> None:
    found = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, ENDLESS))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: found.append(limits))
    settings = Settings(upload_slots=128, conversion_slots=2, conversion_queue=16)

    with capture_logs() as lines:
        assert make_room_for_files(settings) == 1024

    assert (found, lines) == (raised, [])
