import json
from pathlib import Path

from monitoring.drill import report
from monitoring.drill.outcome import Measured, Outcome


def passed() -> Outcome:
    return Outcome(
        "ServiceDown",
        "killed",
        fired=Measured(5.0, 4.25),
        notified=Measured(5.5, 4.5),
        resolved=Measured(30.0, 9.0),
    )


def failed() -> Outcome:
    return Outcome(
        "HighCPUUsage",
        "it converts",
        fired=Measured(50.0),
        companions={"ServiceDown": "not expected"},
        problems=["ServiceDown caused a notification too"],
    )


def skipped() -> Outcome:
    return Outcome("LowDiskSpace", "it is filled", skipped="needs root")


def test_the_last_line_says_how_many_of_how_many_passed() -> None:
    assert report.last_line([passed(), failed()]) == "1 of 2 alerts passed"


def test_the_last_line_names_what_was_skipped() -> None:
    assert report.last_line([passed(), skipped()]) == "1 of 2 alerts passed; SKIPPED: LowDiskSpace"


def test_the_table_has_a_row_for_each_alert() -> None:
    rows = report.table([passed(), failed(), skipped()]).splitlines()[2:]

    assert rows == [
        "| ServiceDown | killed | 4.2 s (≤ 5.0) | 4.5 s (≤ 5.5) | 9.0 s (≤ 30.0) | none | passed |",
        "| HighCPUUsage | it converts | never (≤ 50.0) | – | – | ServiceDown | FAILED |",
        "| LowDiskSpace | it is filled | – | – | – | none | skipped: needs root |",
    ]


def test_a_line_tells_what_is_wrong() -> None:
    first, second = report.line(failed()).splitlines()

    assert " ".join(first.split()) == (
        "HighCPUUsage FAILED fired never (≤ 50.0) notified – resolved – "
        "also notified of: ServiceDown"
    )
    assert second == "    ServiceDown caused a notification too"


def test_programs_read_the_figures_from_a_file(tmp_path: Path) -> None:
    file = report.write([passed(), failed()], 20, 61.04, tmp_path)

    told = json.loads(file.read_text())
    assert (told["factor"], told["seconds"], told["passed"], told["of"]) == (20, 61.0, 1, 2)
    assert told["alerts"][0]["verdict"] == "passed"
    assert told["alerts"][0]["fired"] == {"within": 5.0, "after": 4.25}
    assert told["alerts"][1]["problems"] == ["ServiceDown caused a notification too"]
    assert (tmp_path / "table.md").read_text() == report.table([passed(), failed()])


def test_what_came_too_late_has_not_passed() -> None:
    assert Measured(5.0, 5.0).passed
    assert not Measured(5.0, 5.1).passed
    assert not Measured(5.0).passed
