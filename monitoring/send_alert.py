"""Sends a test alert to a running Alertmanager, and says where it should arrive: `make test-alert`.

python -m monitoring.send_alert [--severity warning] http://localhost:9093
"""

import argparse
import json
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Final

from monitoring import configs
from monitoring.integrations import integrations_of
from monitoring.programs import ProgramMissing, installed

ALERTNAME: Final = "TestAlert"

LASTS: Final = timedelta(minutes=2)
"""After this, Alertmanager reports it as resolved."""

_SUMMARY: Final = "A test: nothing is wrong"
_DESCRIPTION: Final = "Sent by hand to check that alerts arrive. It ends on its own."

_WHERE_IS_IT: Final = (
    "`make up` and `make monitoring` start an Alertmanager; if yours has another port, name that:"
    " `make test-alert ALERTMANAGER_PORT=…`."
)


class NotSent(Exception):
    """Alertmanager did not take it; the message is amtool's."""


def send(url: str, severity: str) -> str:
    """Send it; return the name of its receiver. Raises NotSent and ProgramMissing."""
    labels = [f"alertname={ALERTNAME}", f"severity={severity}", "job=docc2context"]
    ends = (datetime.now(UTC) + LASTS).isoformat(timespec="seconds")
    annotations = {"summary": _SUMMARY, "description": _DESCRIPTION}
    amtool(
        "alert",
        "add",
        f"--alertmanager.url={url}",
        f"--end={ends}",
        *[f"--annotation={name}={text}" for name, text in annotations.items()],
        *labels,
    )
    return amtool("config", "routes", "test", f"--alertmanager.url={url}", *labels)


def amtool(*arguments: str) -> str:
    """What amtool prints. Raises NotSent and ProgramMissing."""
    program = installed("amtool", package="prometheus-alertmanager")
    run = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if run.returncode:
        raise NotSent((run.stderr or run.stdout).strip())
    return run.stdout.strip()


def destinations(url: str, receiver: str) -> list[str]:
    """Where that receiver sends to, by Alertmanager's current configuration."""
    status = f"{url}/api/v2/status"
    with urllib.request.urlopen(status, timeout=10) as answer:  # noqa: S310  # the operator's own URL
        config = configs.as_written(json.load(answer)["config"]["original"])
    return [
        f"{one.kind} {one.settings.get('channel', '')}".strip()
        for one in integrations_of(config)
        if one.receiver == receiver
    ]


def main() -> int:
    """Send it, and say where it should arrive; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m monitoring.send_alert", description=__doc__)
    parser.add_argument(
        "--severity", default="warning", help="critical wakes people up (default: %(default)s)"
    )
    parser.add_argument("url", help="Alertmanager's address")
    given = parser.parse_args()
    try:
        receiver = send(given.url, given.severity)
    except (NotSent, ProgramMissing) as error:
        print(f"test-alert: {error}", file=sys.stderr)
        if isinstance(error, NotSent):
            print(_WHERE_IS_IT, file=sys.stderr)
        return 1
    ways = " and ".join(destinations(given.url, receiver))
    minutes = LASTS.seconds // 60
    print(
        f"Alertmanager has {ALERTNAME}. Its receiver `{receiver}` notifies {ways} within a minute,"
        f" and reports it as resolved within {minutes + 5} minutes."
    )
    print(f"If nothing arrives: run `make preflight`, and look at {given.url}/#/alerts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
