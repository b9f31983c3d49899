"""Every alert fires when it should, stays silent beside that, and says what people are sent."""

from pathlib import Path

import pytest

from tests.monitoring.rule_file import alerts, groups, rules
from tests.monitoring.rule_tests import (
    NEEDS_PROMTOOL,
    case_files,
    cases,
    complaints,
    faults,
    file_for_promtool,
    file_of,
    telling,
)


@NEEDS_PROMTOOL
@pytest.mark.parametrize("path", case_files(), ids=lambda path: path.name.partition(".")[0])
def test_at_each_time_these_alerts_fire_and_no_other(path: Path, tmp_path: Path) -> None:
    assert faults(path, tmp_path) == ""


@NEEDS_PROMTOOL
def test_the_rules_that_cases_do_without_find_nothing_where_there_is_nothing(
    tmp_path: Path,
) -> None:
    told = list(rules(telling(groups(), set())))
    silent = [rule for rule in rules(groups()) if rule not in told]
    nothing = {"expr": '{__name__!=""}', "eval_time": "1h", "exp_samples": []}
    test = {"interval": "1m", "input_series": [], "promql_expr_test": [nothing]}

    group = {"name": "silent", "rules": silent}
    assert complaints([file_for_promtool(tmp_path, "1m", [group], [test])]) == ""

    assert len(silent) > 50
    assert {rule.get("alert") for rule in told} >= {"Watchdog", "ServiceAbsent"}


@pytest.mark.parametrize(
    ("expr", "kept"),
    [
        ("rate(gone[5m]) > 0", False),
        ('sum by (job) (gone{job="a"})', False),
        ("gone / there > 0", True),
        ("hour() >= 8", True),
        ('count({job="a"}) == 0', True),
        ("absent(gone)", True),
    ],
)
def test_a_case_does_without_a_rule_only_if_it_can_find_nothing(expr: str, *, kept: bool) -> None:
    within = [{"name": "a", "rules": [{"record": "b", "expr": expr}]}]
    assert bool(list(rules(telling(within, {"there"})))) is kept


@pytest.mark.parametrize("alert", sorted(alerts().keys() - {"Watchdog"}))
def test_an_alert_has_cases_in_which_it_fires_is_silent_and_is_told(alert: str) -> None:
    own = cases(file_of(alert))

    assert any(case.has(alert) for case in own)
    assert any(not case.has(alert) for case in own)
    assert any(case.notice and case.has(alert) for case in own)


def test_a_file_of_cases_belongs_to_an_alert() -> None:
    assert set(case_files()) == {file_of(alert) for alert in alerts()}
