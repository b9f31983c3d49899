"""What a fault is."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

from monitoring.drill.site import Site
from monitoring.drill.stack import Stack
from monitoring.programs import Program

Cause = Callable[[Stack], AbstractContextManager[None]]
"""When entered, it does the harm; when left, for whatever reason, it undoes it."""

Place = Callable[[Path], AbstractContextManager[Site]]
"""Makes what a site needs in the drill's folder; removes it when left."""

Need = Callable[[], str]
"""What this machine lacks for causing a fault, in words; empty if nothing."""


def place_of(site: Site) -> Place:
    """A site for which nothing has to be made."""

    @contextmanager
    def place(_: Path) -> Iterator[Site]:
        yield site

    return place


_USUAL: Final = place_of(Site())


@contextmanager
def killed(program: Program) -> Iterator[None]:
    """Kill a program for the block, and start it again afterwards."""
    program.kill()
    try:
        yield
    finally:
        program.start()


class Arrival(Enum):
    """When people hear of an alert: usually at once.

    They hear of failing delivery when it works again, or never if the alert has ended by then.
    """

    AT_ONCE = ""
    AFTERWARDS = "people are notified only after the cause has ended"
    NEVER = "people are never notified"


@dataclass(frozen=True)
class Fault:
    """One alert's real cause, its description, and where it happens: by default on a usual site.

    `companions` are the alerts of which people may be notified too, each with its reason.
    `looks_back`, in real seconds, replaces the rule's range where that is not how long the alert
    takes; `extra` are seconds of the drill that are not shortened, or not written in the rule.
    """

    alert: str
    description: str
    cause: Cause
    place: Place = _USUAL
    companions: Mapping[str, str] = field(default_factory=dict)
    arrival: Arrival = Arrival.AT_ONCE
    without_slack: bool = False
    looks_back: float | None = None
    extra: float = 0.0
    needs: tuple[Need, ...] = ()


def root() -> str:
    """A `Need`: to be root."""
    return "" if os.geteuid() == 0 else "needs root"


def loop_device() -> str:
    """A `Need`: loop devices, by which a file can be mounted as a disk."""
    return "" if Path("/dev/loop-control").exists() else "needs loop devices"


def program(name: str, package: str) -> Need:
    """The `Need` of a program, which this Debian package brings."""

    def need() -> str:
        return "" if shutil.which(name) else f"needs {name}: apt-get install {package}"

    return need
