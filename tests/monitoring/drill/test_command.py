import subprocess
import sys
from pathlib import Path

from monitoring.drill.against import SAFE
from monitoring.drill.faults import FAULTS

ROOT = Path(__file__).parents[3]


def drill(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitoring.drill", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_alerts_are_listed_with_their_causes() -> None:
    listed = drill("--list").stdout.splitlines()

    assert [line.split()[0] for line in listed] == list(FAULTS)
    assert all(FAULTS[line.split()[0]].words in line for line in listed)


def test_what_does_harm_is_refused_against_a_deployed_stack() -> None:
    refused = drill("--against", "http://127.0.0.1:9", "--only", "ServiceDown")

    assert refused.returncode == 2
    assert "not against a deployed stack: ServiceDown" in refused.stderr


def test_all_programs_that_are_missing_are_named_at_once(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "monitoring.drill"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert run.stderr == (
        "The drill cannot start: prometheus and prometheus-alertmanager are not installed:"
        " apt-get install prometheus prometheus-alertmanager\n"
    )


def test_what_is_safe_is_among_the_faults() -> None:
    assert set(SAFE) < set(FAULTS)


def test_a_deployed_stack_that_does_not_answer_is_a_failure(tmp_path: Path) -> None:
    run = subprocess.run(
        [
            *(sys.executable, "-m", "monitoring.drill", "--only", "SuspiciousArchives"),
            *("--against", "http://127.0.0.1:9", "--prometheus", "http://127.0.0.1:9"),
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert run.stdout.splitlines()[-1] == "0 of 1 alerts passed"
