import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.drill.against import SAFE
from monitoring.drill.faults import FAULTS
from monitoring.programs import Prometheus
from tests.monitoring.instances import NEEDS_PROGRAMS

ROOT = Path(__file__).parents[3]


def drill(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitoring.drill", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def drill_elsewhere(
    folder: Path, service: str, prometheus: str
) -> subprocess.CompletedProcess[str]:
    """One of SuspiciousArchives, which leaves its figures in a folder."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "monitoring.drill", "--only", "SuspiciousArchives"),
            *("--against", service, "--prometheus", prometheus),
        ],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_alerts_are_listed_with_their_causes() -> None:
    listed = drill("--list").stdout.splitlines()

    assert [line.split()[0] for line in listed] == list(FAULTS)
    assert all(FAULTS[line.split()[0]].description in line for line in listed)


def test_what_does_harm_is_refused_against_a_deployed_stack() -> None:
    refused = drill("--against", "http://127.0.0.1:9", "--only", "ServiceDown")

    assert refused.returncode == 2
    assert "cannot be drilled against a deployed stack: ServiceDown" in refused.stderr


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


@pytest.mark.parametrize(
    ("option", "value"), [("--factor", "0"), ("--lanes", "0"), ("--lanes", "many")]
)
def test_a_number_that_makes_no_sense_is_refused(option: str, value: str) -> None:
    refused = drill(option, value)

    assert refused.returncode == 2
    assert f"argument {option}: " in refused.stderr


@NEEDS_PROGRAMS
def test_a_factor_that_does_not_divide_all_times_is_refused_in_a_line() -> None:
    refused = drill("--factor", "7")

    assert refused.returncode == 1
    assert refused.stderr.startswith("The drill cannot start: ")
    assert refused.stderr.count("\n") == 1


@NEEDS_PROGRAMS
def test_a_deployed_prometheus_without_the_rules_is_a_failure_that_says_so(tmp_path: Path) -> None:
    config = tmp_path / "prometheus.yml"
    config.write_text("global: {}\n")
    with Prometheus(tmp_path, config) as prometheus:
        run = drill_elsewhere(tmp_path, "http://127.0.0.1:9", prometheus.url)

    assert run.returncode == 1
    rule_missing = "RuleMissing: Prometheus there has no rule SuspiciousArchives"
    assert f"{rule_missing}: give it alert_rules.yml" in run.stdout


def test_what_is_safe_is_among_the_faults() -> None:
    assert set(SAFE) < set(FAULTS)


def test_a_deployed_stack_that_does_not_answer_is_a_failure(tmp_path: Path) -> None:
    run = drill_elsewhere(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9")

    assert run.returncode == 1
    assert run.stdout.splitlines()[-1] == "0 of 1 alerts passed"
