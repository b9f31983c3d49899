"""The report of a run: one line per drill while it goes, a table, a file for programs."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from monitoring.drill.outcome import Measured, Outcome

FOLDER: Final = Path(".drill")
_HEAD: Final = """\
| alert | cause | fired | notified | resolved | companions | result |
|---|---|---|---|---|---|---|"""


def line(outcome: Outcome) -> str:
    """One alert, on a terminal."""
    if outcome.skipped:
        return f"{outcome.alert:<38} SKIPPED: {outcome.skipped}"
    times = "  ".join(f"{what} {_time(measured)}" for what, measured in outcome.times.items())
    way = f"  {outcome.arrival}" if outcome.arrival else ""
    beside = f"  also notified of: {', '.join(outcome.companions)}" if outcome.companions else ""
    problems = "".join(f"\n    {problem}" for problem in outcome.problems)
    return f"{outcome.alert:<38} {outcome.verdict}  {times}{way}{beside}{problems}"


def table(outcomes: Sequence[Outcome]) -> str:
    """For DOCS/DRILL.md: seconds after the cause or its end, and how many were allowed."""
    return "\n".join([_HEAD, *(_row(outcome) for outcome in outcomes)]) + "\n"


def last_line(outcomes: Sequence[Outcome]) -> str:
    """How many passed, of how many."""
    passed = sum(outcome.passed for outcome in outcomes)
    skipped = [outcome.alert for outcome in outcomes if outcome.skipped]
    rest = f"; SKIPPED: {', '.join(skipped)}" if skipped else ""
    return f"{passed} of {len(outcomes)} alerts passed{rest}"


def write(outcomes: Sequence[Outcome], factor: int, seconds: float, folder: Path = FOLDER) -> Path:
    """Write table and figures to the folder; return the path of the file for programs."""
    folder.mkdir(exist_ok=True)
    (folder / "table.md").write_text(table(outcomes))
    report = folder / "report.json"
    figures = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "factor": factor,
        "seconds": round(seconds, 1),
        "load_average": os.getloadavg(),
        "passed": sum(outcome.passed for outcome in outcomes),
        "of": len(outcomes),
        "alerts": [outcome.as_json() for outcome in outcomes],
    }
    report.write_text(json.dumps(figures, indent=2) + "\n")
    return report


def _row(outcome: Outcome) -> str:
    times = map(_time, outcome.times.values())
    result = outcome.verdict if not outcome.skipped else f"skipped: {outcome.skipped}"
    cells = (outcome.alert, outcome.cause, *times, ", ".join(outcome.companions) or "none", result)
    return "| " + " | ".join(cells) + " |"


def _time(measured: Measured | None) -> str:
    """Seconds, and how many were allowed; a dash for what was not measured."""
    if measured is None:
        return "–"
    after = "never" if measured.after is None else f"{measured.after:.1f} s"
    return f"{after} (≤ {measured.within:.1f})"
