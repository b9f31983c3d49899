"""What a fault is."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from monitoring.drill.stack import Site, Stack

Cause = Callable[[Stack], AbstractContextManager[None]]
"""Entered, it does the harm; left, it undoes it, however that comes."""

Place = Callable[[Path], AbstractContextManager[Site]]
"""Makes where the service runs, in a folder, and removes it."""

Need = Callable[[], str]
"""What this machine lacks for a fault to be caused, in words; empty if it lacks nothing."""


class Arrival(Enum):
    """When people hear of an alert: usually at once.

    Of failing delivery they hear when delivery works again, and never if it has ended by then.
    """

    AT_ONCE = ""
    AFTERWARDS = "told after the cause only"
    NEVER = "never told"


@dataclass(frozen=True)
class Fault:
    """One alert's real cause.

    `companions` are the alerts that may be told of beside it, each with its reason. `looks_back`
    stands for the range in the rule where that is not how long the alert takes, in real seconds;
    `extra` are seconds of the drill that are not shortened, or not written in the rule.
    """

    alert: str
    words: str
    cause: Cause
    place: Place
    companions: Mapping[str, str] = field(default_factory=dict)
    arrival: Arrival = Arrival.AT_ONCE
    without_slack: bool = False
    looks_back: float | None = None
    extra: float = 0.0
    needs: tuple[Need, ...] = ()


def root() -> str:
    """A `Need`: what only root may do."""
    return "" if os.geteuid() == 0 else "needs root"


def loop_device() -> str:
    """Likewise: a disk that is a file."""
    return "" if Path("/dev/loop-control").exists() else "needs loop devices"


def installed(program: str, package: str) -> Need:
    """That a program is there, which this package of Debian brings."""

    def need() -> str:
        return "" if shutil.which(program) else f"needs {program}: apt-get install {package}"

    return need


def site(**settings: object) -> Place:
    """A service in a usual folder, with these settings."""
    return standing(Site(settings=settings))


def standing(given: Site) -> Place:
    """A site that needs nothing to be made."""

    @contextmanager
    def place(_: Path) -> Iterator[Site]:
        yield given

    return place
