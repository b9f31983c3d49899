from dataclasses import replace

import pytest

from monitoring.drill.bounds import ALLOWANCE_SECONDS, Route, route_of, timings_of
from monitoring.drill.compress import seconds
from monitoring.drill.configuration import compressed
from monitoring.drill.faults import FAULTS
from monitoring.drill.plan import Plan
from tests.monitoring.rule_file import alerts

CONFIGURATIONS = compressed(20)
TIMINGS = timings_of(CONFIGURATIONS)


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        ("ServiceDown", 0),
        ("HighErrorRate", 15),  # of the recorded series that it reads
        ("SuspiciousArchives", 45),
        ("ConversionsSaturated", 30),
        ("ConversionStuck", 15),  # seconds in PromQL
    ],
)
def test_a_rule_looks_back_as_far_as_its_longest_range(alert: str, expected: float) -> None:
    assert TIMINGS[alert].range == expected


def test_an_alert_may_take_its_range_its_hold_and_two_evaluations() -> None:
    waits = float(seconds(alerts()["HighCPUUsage"]["for"])) / 20
    assert TIMINGS["HighCPUUsage"].hold == waits
    timing = replace(TIMINGS["HighCPUUsage"], hold=30)

    assert (timing.range, timing.interval) == (15, 0.75)
    assert timing.fires_within() == 15 + 30 + 1.5 + ALLOWANCE_SECONDS
    assert replace(timing, extra=5).fires_within() == 15 + 30 + 1.5 + ALLOWANCE_SECONDS + 5


def test_groups_may_have_an_interval_of_their_own() -> None:
    assert TIMINGS["ConversionErrorBudgetFastBurn"].interval == 1.5


def test_the_end_is_told_with_the_next_interval_of_the_group() -> None:
    timing = TIMINGS["ServiceDown"]
    route = Route("critical", group_wait=0.5, group_interval=15)

    assert timing.keep == 15
    assert timing.resolves_within(route) == 15 + 1.5 + 15 + ALLOWANCE_SECONDS


@pytest.mark.parametrize(
    ("alert", "severity", "expected"),
    [
        ("ServiceDown", "critical", Route("critical", 0.5, 15)),
        ("HighCPUUsage", "warning", Route("warning", 1.5, 15)),
        ("AlertmanagerNotificationsFailing", "warning", Route("critical", 0.5, 15)),
        ("Anything", "unknown", Route("default", 1.5, 15)),
    ],
)
def test_the_route_is_the_one_that_alertmanager_takes(
    alert: str, severity: str, expected: Route
) -> None:
    assert route_of(CONFIGURATIONS, alert, severity) == expected


def test_a_fault_may_say_that_its_rule_looks_back_less() -> None:
    plan = Plan.compressed(20)
    fault = replace(FAULTS["ServiceDown"], alert="ReplicaMissing", looks_back=60)

    assert plan.timings["ReplicaMissing"].range == 180
    assert plan.timing(fault).range == 3
