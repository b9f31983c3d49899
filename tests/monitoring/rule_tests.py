"""The cases in rules/*.test.yml, and how promtool is asked about them.

A file is named after its alert. A case gives series in promtool's notation, and at each time the
whole set of alerts that fire, ALERTS compared label by label; Watchdog, which always does, is left
out. `recorded` gives, at a time, all series that there are of recorded names, with values. Where a
case has a `notice`, the labels and texts are compared that people are sent.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.monitoring.rule_file import Groups, groups, read_yaml, rules

CASES: Final = Path(__file__).parent / "rules"
EXTERNAL_URL: Final = "http://localhost:9090"

NEEDS_PROMTOOL: Final = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="SKIPPED: promtool is not there (Debian: prometheus)"
)

_HEALTHY: Final = {
    'up{job="docc2context", instance="a:8000"}': "1x100000",
    'up{job="prometheus", instance="localhost:9090"}': "1x100000",
    'up{job="alertmanager", instance="alertmanager:9093"}': "1x100000",
}
"""What is up unless a case has an `up` of its own."""

_EXACTNESS: Final = 0.001
"""Of recorded values, which are the outcome of divisions."""

_FRUGAL: Final = {"GOMAXPROCS": "1", "GOGC": "400"}
"""For Go: it evaluates one rule after the other, and may use more memory before it tidies up."""

_LOOKBACK_MINUTES: Final = 4
"""Prometheus takes a sample for five minutes."""

_OF_NOTHING: Final = frozenset(
    {
        *("absent", "absent_over_time", "vector", "scalar", "bool", "pi", "time"),
        *("minute", "hour", "month", "year"),
        *("day_of_week", "day_of_month", "day_of_year", "days_in_month"),
        *("ALERTS", "ALERTS_FOR_STATE", "__name__", "{"),
    }
)
"""Words of expressions that may give something although no series is there that they name."""

_WATCHDOG: Final = 'ALERTS{alertname="Watchdog", alertstate="firing", severity="none"}'
_WORD: Final = re.compile(r"[A-Za-z_:][\w:]*|(?<![\w:]){")
"""A word of an expression, or the brace of a selector without a name."""

_RUN: Final = re.compile(r"(?P<first>-?[\d.]+)(?P<step>[+-][\d.]+)?(?:x(?P<more>\d+))?")
_ALERT: Final = re.compile(r"(?P<name>[\w:]+)\{(?P<labels>.*)\}")
_LABEL: Final = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Case:
    """One scene. `interval` is that of scrapes, `every` that of evaluations."""

    name: str
    series: dict[str, str]
    firing: dict[str, list[str]]
    notice: dict[str, str] | None = None
    recorded: dict[str, dict[str, float]] = field(default_factory=dict)
    interval: str = "5s"
    every: str = "15s"

    def has(self, alert: str) -> bool:
        """Whether the alert fires in it at some time."""
        return any(one.startswith(f"{alert}{{") for fired in self.firing.values() for one in fired)


def case_files() -> list[Path]:
    """The files of cases, one for each alert."""
    return sorted(CASES.glob("*.test.yml"))


def cases(path: Path) -> list[Case]:
    """The cases of one file."""
    return [Case(**case) for case in read_yaml(path)]


def file_of(alert: str) -> Path:
    """Where the cases of an alert stand.

    >>> file_of("HighCPUUsage").name
    'high_cpu_usage.test.yml'
    """
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", alert).lower()
    return CASES / f"{snake}.test.yml"


def faults(path: Path, folder: Path, within: Groups | None = None) -> str:
    """What promtool has against the cases of a file under these rules; nothing if they hold.

    `folder` is for the files that promtool reads.
    """
    return complaints(list(_written(cases(path), within or groups(), folder)))


def complaints(files: list[Path]) -> str:
    """What promtool has against files of its own form."""
    done = subprocess.run(
        ["promtool", "test", "rules", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | _FRUGAL,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _written(found: list[Case], within: Groups, folder: Path) -> Iterator[Path]:
    """A rule file and a test file for each pace at which cases have the rules evaluated."""
    for every in sorted({case.every for case in found}):
        tests = [_promtool(case) for case in found if case.every == every]
        names = {_name(one["series"]) for test in tests for one in test["input_series"]}
        paced = [{**group, "interval": every} for group in telling(within, names)]
        yield file_for_promtool(folder, every, paced, tests)


def file_for_promtool(
    folder: Path, every: str, within: Groups, tests: list[dict[str, Any]]
) -> Path:
    """A file of tests in promtool's own form, beside one of the rules."""
    rule_file = folder / f"rules-{every}.yml"
    rule_file.write_text(_yaml({"groups": within}))
    document = {"rule_files": [str(rule_file)], "evaluation_interval": every, "tests": tests}
    test_file = folder / f"tests-{every}.yml"
    test_file.write_text(_yaml(document))
    return test_file


def telling(within: Groups, names: set[str]) -> Groups:
    """The groups without the rules that find nothing where all series are of these names.

    To find nothing takes promtool as long as to find something, at each evaluation of each case.
    """
    there = {*names, *_OF_NOTHING}
    while True:
        kept = [
            {**group, "rules": [rule for rule in group["rules"] if there & _words(rule["expr"])]}
            for group in within
        ]
        recorded = {rule["record"] for rule in rules(kept) if "record" in rule}
        if recorded <= there:
            return kept
        there |= recorded


def _name(series: str) -> str:
    return series.partition("{")[0]


def _words(expr: str) -> set[str]:
    return set(_WORD.findall(expr))


def _yaml(document: Any) -> str:
    return yaml.dump(document, Dumper=yaml.CSafeDumper, width=4096)


def _promtool(case: Case) -> dict[str, Any]:
    """A case as promtool takes it."""
    interval, series = _sampled(case)
    return {
        "name": case.name,
        "interval": interval,
        "external_url": EXTERNAL_URL,
        "input_series": [{"series": name, "values": str(value)} for name, value in series.items()],
        "promql_expr_test": [*_tests_of_alerts(case), *_tests_of_records(case)],
        "alert_rule_test": [_notice(case, case.notice)] if case.notice else [],
    }


def _sampled(case: Case) -> tuple[str, dict[str, str]]:
    """The interval of all samples, and the series: those of the case, and what is up besides."""
    has_up = any(series.startswith("up{") for series in case.series)
    healthy = {} if has_up else _HEALTHY
    minutes = _minutes(case.interval)
    if minutes <= _LOOKBACK_MINUTES:
        return case.interval, {**healthy, **case.series}
    # What is up has to be seen at each evaluation: only the case's own samples are so far apart.
    step = next(step for step in (4, 3, 2, 1) if minutes % step == 0)
    apart = {name: _spread(values, minutes // step) for name, values in case.series.items()}
    return f"{step}m", {**healthy, **apart}


def _tests_of_alerts(case: Case) -> Iterator[dict[str, Any]]:
    """That just these alerts fire at each time, and Watchdog."""
    for at, firing in case.firing.items():
        series = (_WATCHDOG, *map(_as_series, firing))
        yield _test('ALERTS{alertstate="firing"}', at, [_sample(one, 1) for one in series])


def _tests_of_records(case: Case) -> Iterator[dict[str, Any]]:
    for at, recorded in case.recorded.items():
        for series, value in recorded.items():
            name, labels = _parts(series)
            yield _test(f"round({name}, {_EXACTNESS})", at, [_sample(f"{{{labels}}}", value)])


def _test(expr: str, at: str, samples: list[dict[str, Any]]) -> dict[str, Any]:
    return {"expr": expr, "eval_time": at, "exp_samples": samples}


def _minutes(interval: str) -> int:
    return int(interval[:-1]) if interval.endswith("m") else 0


def _spread(values: str, apart: int) -> str:
    """The same samples with as many steps between them.

    >>> _spread("0+2x2 7", 3)
    '0 _x2 2 _x2 4 _x2 7'
    """
    samples: list[float] = []
    for found in map(_RUN.fullmatch, values.split()):
        assert found, f"not of the form 0+1x5: {values}"
        first, step = float(found["first"]), float(found["step"] or 0)
        samples += [first + number * step for number in range(int(found["more"] or 0) + 1)]
    return f" _x{apart - 1} ".join(f"{sample:.12g}" for sample in samples)


def _sample(series: str, value: float) -> dict[str, Any]:
    return {"labels": series, "value": value}


def _as_series(alert: str) -> str:
    """The series that Prometheus keeps of an alert that fires.

    >>> _as_series('Down{job="a"}')
    'ALERTS{alertname="Down", alertstate="firing", job="a"}'
    """
    name, labels = _parts(alert)
    return f'ALERTS{{alertname="{name}", alertstate="firing", {labels}}}'


def _parts(alert: str) -> tuple[str, str]:
    found = _ALERT.fullmatch(alert)
    assert found, f'not of the form Name{{label="value"}}: {alert}'
    return found["name"], found["labels"]


def _notice(case: Case, notice: dict[str, str]) -> dict[str, Any]:
    """The labels of what fires at the time of a notice, with the texts that it gives."""
    at, playbook = notice["at"], notice["playbook"]
    name, labels = _parts(notice.get("alert") or case.firing[at][0])
    texts = {
        "summary": notice["summary"],
        "description": notice["description"],
        "runbook_url": f"{EXTERNAL_URL}/user/playbooks/{playbook}.html",
    }
    expected = {"exp_labels": dict(_LABEL.findall(labels)), "exp_annotations": texts}
    return {"eval_time": at, "alertname": name, "exp_alerts": [expected]}
