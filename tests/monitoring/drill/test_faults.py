import io
import re
from pathlib import Path

import pytest

import docc2context
from docc2context.errors import Docc2contextError
from monitoring.configs import ROOT, USER_ASSETS
from monitoring.drill import archives
from monitoring.drill.faults import FAULTS, Fault
from monitoring.drill.faults.base import Arrival
from monitoring.drill.plan import Plan
from tests.monitoring.rule_file import alerts

ALERTS = alerts().keys()

each_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))


def code_of(archive: bytes) -> str:
    with pytest.raises(Docc2contextError) as refused:
        docc2context.convert(io.BytesIO(archive), io.BytesIO())
    return refused.value.code.value


def not_drilled() -> set[str]:
    """What DOCS/DRILL.md lists with a reason each."""
    page = (ROOT / "DOCS/DRILL.md").read_text()
    _, _, section = page.partition("\n## What is not drilled\n")
    rows = re.findall(r"^\| (\w+) \| \S.+ \|$", section.partition("\n## ")[0], re.MULTILINE)
    return set(rows) - {"alert"}  # its head


def test_each_alert_is_drilled_or_listed_with_the_reason_why_not() -> None:
    assert not set(FAULTS) & not_drilled()
    assert set(FAULTS) | not_drilled() == ALERTS


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "Makefile",
        "DOCS/DRILL.md",
        "DOCS/MONITORING.md",
        "monitoring/drill/__init__.py",
        "monitoring/drill/__main__.py",
    ],
)
def test_the_documented_number_of_drilled_alerts_is_right(page: str) -> None:
    said = re.findall(r"(\d+) of the (\d+) alerts", (ROOT / page).read_text())

    assert set(said) == {(str(len(FAULTS)), str(len(ALERTS)))}


@pytest.mark.parametrize("page", ["README.md", "DOCS/DRILL.md", "DOCS/MONITORING.md"])
def test_the_documented_number_of_alerts_that_arrive_is_right(page: str) -> None:
    arriving = [fault for fault in FAULTS.values() if fault.arrival is not Arrival.NEVER]
    said = re.findall(r"\b(\d+) (?:are seen to |seen to )?arrive\b", (ROOT / page).read_text())

    assert set(said) == {str(len(arriving))}
    assert len(FAULTS) - len(arriving) == 1


def test_what_a_machine_lacks_for_a_fault_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (need,) = FAULTS["RateLimiterUnavailable"].needs
    (tmp_path / "redis-server").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert need() == ""

    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert need() == "needs redis-server: apt-get install redis-server"


@each_fault
def test_a_fault_and_its_companions_are_alerts_of_ours(fault: Fault) -> None:
    assert {fault.alert, *fault.companions} <= ALERTS
    assert fault.alert not in fault.companions
    assert all(fault.companions.values())


@each_fault
def test_it_is_known_by_which_ways_people_are_told(fault: Fault) -> None:
    destinations = Plan.compressed(20).destinations(fault)

    assert destinations
    assert (("slack", "#alerts") in destinations) != (("pagerduty", "") in destinations)


def test_the_good_archive_is_converted() -> None:
    report = docc2context.convert(io.BytesIO(archives.good(3)), io.BytesIO())

    assert report.pages_converted == 3


def test_the_damaged_archive_is_refused_as_damaged() -> None:
    assert code_of(archives.damaged()) == "invalid_zip"


def test_the_hostile_archive_is_refused_as_hostile() -> None:
    assert code_of(archives.hostile()) == "unsafe_entry_name"


def test_prometheus_has_pages_to_serve_for_the_playbooks() -> None:
    assert list((USER_ASSETS / "playbooks").glob("*.html"))
