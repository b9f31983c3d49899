"""The outcome of one alert's drill."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Measured:
    """A time and its bound, in seconds of the drill; `after` is None until it is seen."""

    within: float
    after: float | None = None

    @property
    def passed(self) -> bool:
        """Whether it was seen in time."""
        return self.after is not None and self.after <= self.within


@dataclass
class Outcome:
    """An alert that was drilled, or skipped for a reason.

    `arrival` says how people heard of it, where that is unusual.
    """

    alert: str
    cause: str
    arrival: str = ""
    skipped: str = ""
    fired: Measured | None = None
    notified: Measured | None = None
    resolved: Measured | None = None
    playbook: str = ""
    companions: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def times(self) -> dict[str, Measured | None]:
        """What is measured, by what happens, in order; None for what has not been waited for."""
        return {"fired": self.fired, "notified": self.notified, "resolved": self.resolved}

    @property
    def passed(self) -> bool:
        """Whether it was drilled and nothing was amiss."""
        return not self.skipped and not self.problems

    @property
    def verdict(self) -> str:
        """In a word."""
        return "skipped" if self.skipped else "passed" if self.passed else "FAILED"

    def as_json(self) -> dict[str, Any]:
        """For the report."""
        return {"verdict": self.verdict, **asdict(self)}
