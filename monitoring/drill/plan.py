"""What all drills of one run have in common."""

from dataclasses import dataclass, replace
from typing import Final

from monitoring.drill.bounds import Route, Timing, route_of, timings_of
from monitoring.drill.configuration import Configurations, compressed
from monitoring.drill.faults import Fault

Destination = tuple[str, str]
"""The kind and channel of the notifications that people get there."""

_DESTINATIONS: Final[dict[str, tuple[Destination, ...]]] = {
    "critical": (("slack", "#critical-alerts"), ("pagerduty", "")),
    "warning": (("slack", "#alerts"),),
}
"""By receiver."""


@dataclass(frozen=True)
class Plan:
    """The compressed configurations, and what they promise for each alert."""

    configurations: Configurations
    timings: dict[str, Timing]

    @classmethod
    def compressed(cls, factor: int) -> "Plan":
        """Raises ValueError for a factor that does not divide all times."""
        configurations = compressed(factor)
        return cls(configurations, timings_of(configurations))

    def route(self, fault: Fault) -> Route:
        """Where its alert goes."""
        return route_of(self.configurations, fault.alert, self.timings[fault.alert].severity)

    def destinations(self, fault: Fault) -> list[Destination]:
        """Where people must be notified of its alert."""
        destinations = _DESTINATIONS[self.route(fault).receiver]
        return [one for one in destinations if not (fault.without_slack and one[0] == "slack")]

    def timing(self, fault: Fault) -> Timing:
        """How soon its alert fires and ends, with what the fault says about its own case."""
        timing = replace(self.timings[fault.alert], extra=fault.extra)
        if fault.looks_back is None:
            return timing
        return replace(timing, range=fault.looks_back / self.configurations.factor)
