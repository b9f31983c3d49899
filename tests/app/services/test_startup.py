"""What goes wrong before the first request, and that the service starts all the same."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.services import startup
from app.services.startup import sweep_workspace
from tests.app.serving import ROOT, environment


def test_a_workspace_that_cannot_be_swept_is_told_of_and_keeps_nobody_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "swift-conv-old").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))  # in which there is no rm(1)

    with capture_logs() as lines:
        asyncio.run(sweep_workspace(tmp_path))

    assert lines == [
        {
            "event": "workspace_not_swept",
            "log_level": "error",
            "reason": "[Errno 2] No such file or directory: 'rm'",
            "remedy": "Fix what the reason names, then run "
            "`python -m app.services.workspace sweep`; meanwhile the service keeps running.",
        }
    ]


@pytest.mark.parametrize(
    ("removed", "stubborn", "told"),
    [(0, [], []), (2, [], [(2, 0)]), (0, [Path("swift-conv-old")], [(0, 1)])],
)
def test_what_was_swept_and_what_would_not_go_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    removed: int,
    stubborn: list[Path],
    told: list[tuple[int, int]],
) -> None:
    monkeypatch.setattr(startup, "sweep", lambda _workspace: (removed, stubborn))

    with capture_logs() as lines:
        asyncio.run(sweep_workspace(tmp_path))

    assert {line["event"] for line in lines} <= {"workspace_swept"}
    assert [(line["removed"], line["left"]) for line in lines] == told


def test_the_command_says_why_it_cannot_sweep(tmp_path: Path) -> None:
    (tmp_path / "swift-conv-old").mkdir()

    done = subprocess.run(
        [sys.executable, "-m", "app.services.workspace", "sweep"],
        cwd=ROOT,
        env=os.environ | environment(WORKSPACE_DIR=tmp_path, PATH=tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"{tmp_path} cannot be swept: [Errno 2] No such file or directory: 'rm'; "
        "fix that, then try again\n"
    )
