"""How soon each alert must fire, arrive and be resolved, by the rules and routes themselves.

All in the seconds of the rules that are read: those of the drill are already compressed, those of a
deployed stack are not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from monitoring.drill.compress import seconds, times
from monitoring.drill.configuration import Configurations

ALLOWANCE_SECONDS: Final = 2.0
"""For what no factor shortens: starting processes, HTTP, polling, and a machine with two CPUs."""

_RECORDED: Final = re.compile(r"[a-z0-9_]+(?::[a-z0-9_]+)+")
_MATCHER: Final = re.compile(r'\s*(\w+)\s*=\s*"?([^"]*)"?\s*')


@dataclass(frozen=True)
class Route:
    """Where Alertmanager sends an alert to, and how long it waits."""

    receiver: str
    group_wait: float
    group_interval: float


@dataclass(frozen=True)
class Timing:
    """What decides when an alert fires and ends, in seconds.

    `range` is the longest time that its rule looks back, `hold` is `for`, `keep` is
    `keep_firing_for`, `interval` is that of evaluations, and `extra` is what one cause, or its end,
    takes in addition.
    """

    severity: str
    range: float
    hold: float
    keep: float
    interval: float
    extra: float = 0

    def fires_within(self) -> float:
        """Seconds after the cause: the range, `for` and two evaluations."""
        return self.range + self.hold + 2 * self.interval + self.extra + ALLOWANCE_SECONDS

    def ends_within(self) -> float:
        """Seconds after the end of the cause: the range, `keep_firing_for` and two evaluations."""
        return self.range + self.keep + 2 * self.interval + self.extra + ALLOWANCE_SECONDS

    def resolves_within(self, route: Route) -> float:
        """Seconds from the end of the cause until the last notice of it.

        Alertmanager reports the end at the group's next interval.
        """
        return self.ends_within() + route.group_interval


def timings_of(configurations: Configurations) -> dict[str, Timing]:
    """How soon each alert fires and ends, by its name."""
    usual = configurations.prometheus["global"]["evaluation_interval"]
    groups = yaml.safe_load(configurations.rules)["groups"]
    all_rules = [rule for group in groups for rule in group["rules"]]
    recorded = {rule["record"]: rule["expr"] for rule in all_rules if "record" in rule}
    return {
        rule["alert"]: _timing(rule, recorded, group.get("interval", usual))
        for group in groups
        for rule in group["rules"]
        if "alert" in rule
    }


def looks_back(expression: str, recorded: Mapping[str, str]) -> float:
    """The longest time in an expression, or in those of the recorded series that it reads."""
    inner = [recorded[name] for name in _RECORDED.findall(expression) if name in recorded]
    own = float(max(times(expression), default=0))
    return max([own, *(looks_back(one, recorded) for one in inner)])


def route_of(configurations: Configurations, alert: str, severity: str) -> Route:
    """The first route that takes the alert, as Alertmanager finds it; otherwise the default."""
    top: dict[str, Any] = configurations.alertmanager["route"]
    labels = {"alertname": alert, "severity": severity, "job": ""}
    found: dict[str, Any] = next((one for one in top.get("routes", []) if _takes(one, labels)), {})
    chosen = {**top, **found}
    return Route(
        chosen["receiver"],
        float(seconds(chosen["group_wait"])),
        float(seconds(chosen["group_interval"])),
    )


def _timing(rule: Mapping[str, Any], recorded: Mapping[str, str], interval: str) -> Timing:
    return Timing(
        severity=rule["labels"]["severity"],
        range=looks_back(rule["expr"], recorded),
        hold=float(seconds(rule.get("for", "0s"))),
        keep=float(seconds(rule.get("keep_firing_for", "0s"))),
        interval=float(seconds(interval)),
    )


def _takes(route: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    pairs = (_MATCHER.fullmatch(matcher) for matcher in route["matchers"])
    return all(pair is not None and labels.get(pair[1]) == pair[2] for pair in pairs)
