"""What a drill runs on, as far as its fault asks for something unusual."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitoring.programs import Program


@dataclass(frozen=True)
class Site:
    """The services of a drill and what watches them; by default, one of each."""

    settings: Mapping[str, object] = field(default_factory=dict)
    """The service's, besides the usual ones of a drill."""

    workspace: Path | None = None
    """The folder for uploads; if None, each service gets one of its own."""

    wrapper: tuple[str, ...] = ()
    """A command to start the service by: it runs the command that is appended to it."""

    group: Path | None = None
    """The control group that the wrapper puts the service into, if a fault needs to know."""

    store: Program | None = None
    """Where the rate limiter counts, if that is a program of the drill's own."""

    replicas: int = 1

    alertmanagers: int = 1
    """They do not know of each other."""

    prometheus_flags: tuple[str, ...] = ()
