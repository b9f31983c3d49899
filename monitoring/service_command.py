"""The command that starts the service, for all in this repository that starts it from Python."""

import sys
from collections.abc import Mapping

from monitoring.configs import ROOT


def serving(app: str, port: int, *flags: str) -> list[str]:
    """A server on a loopback port, with the protocol that bounds what clients may cost it."""
    return [
        *(sys.executable, "-m", "uvicorn", app, "--port", str(port)),
        *("--http", "app.http.protocol:BoundedProtocol"),
        *flags,
    ]


def with_settings(settings: Mapping[str, object]) -> list[str]:
    """What to put before a command so that it runs with these settings, in the sources' folder."""
    return ["env", "-C", str(ROOT), *(f"{name}={value}" for name, value in settings.items())]
