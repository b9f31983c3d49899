"""A real Alertmanager with the shipped configuration, its times shortened, and who receives."""

import json
import shutil
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitoring import configs, relocation
from monitoring.notifications import Notification
from monitoring.programs import Alertmanager
from monitoring.receiver import Receiver

NEEDS_AMTOOL = pytest.mark.skipif(
    shutil.which("amtool") is None,
    reason="SKIPPED: amtool is not installed: apt-get install prometheus-alertmanager",
)

TOKEN = "heartbeat-token"

SHORT = {"group_wait": "300ms", "group_interval": "500ms", "repeat_interval": "1h"}
"""Long enough for alerts that are sent together to be told together."""

START = datetime(2024, 11, 24, 3, 2, 1, tzinfo=UTC)


def secrets_for(receiver: Receiver, folder: Path) -> Path:
    """A folder with all secrets, as people leave them: with a line break at the end."""
    folder.mkdir(exist_ok=True)
    for name, text in {
        "slack_critical_url": receiver.url("slack", "critical-alerts"),
        "slack_alerts_url": receiver.url("slack", "alerts"),
        "pagerduty_routing_key": "0123456789abcdef" * 2,
        "heartbeat_token": TOKEN,
    }.items():
        (folder / name).write_text(text + "\n")
    return folder


def shortened(route: dict[str, Any]) -> dict[str, Any]:
    """A route of Alertmanager, and all below it, with SHORT for its times."""
    children = [shortened(child) for child in route.get("routes", [])]
    return {**route, **SHORT, **({"routes": children} if children else {})}


class Alerting:
    """Alertmanager, its receiver, and alerts as Prometheus would send them."""

    def __init__(self, folder: Path, receiver: Receiver) -> None:
        self.receiver = receiver
        self.secrets = secrets_for(receiver, folder / "secrets")
        config = relocation.alertmanager(
            configs.load(configs.ALERTMANAGER),
            secrets=self.secrets,
            addresses={
                "url": receiver.url("heartbeat"),
                "pagerduty_url": receiver.url("pagerduty"),
            },
        )
        config["route"] = shortened(config["route"])
        file = configs.write(config, folder / "alertmanager.yml")
        self.program = Alertmanager(
            folder, file, "--web.external-url=http://alerts.example.com:9093"
        )

    def send(self, *alerts: dict[str, Any]) -> None:
        self._post("alerts", alerts)

    def silence(self, **labels: str) -> None:
        """Until long after the test."""
        matchers = [
            {"name": name, "value": value, "isRegex": False} for name, value in labels.items()
        ]
        now = datetime.now(UTC)
        about = {"createdBy": "test", "comment": "test", "startsAt": now.isoformat()}
        ends = (now + timedelta(hours=1)).isoformat()
        self._post("silences", {"matchers": matchers, "endsAt": ends, **about})

    def not_silenced(self) -> list[dict[str, str]]:
        """The labels of the alerts that fire and are told."""
        url = f"{self.program.url}/api/v2/alerts?silenced=false"
        with urllib.request.urlopen(url) as answer:
            return [one["labels"] for one in json.load(answer)]

    def _post(self, what: str, content: object) -> None:
        request = urllib.request.Request(
            f"{self.program.url}/api/v2/{what}",
            json.dumps(content).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request):
            pass

    def told(self) -> set[tuple[str, str, str, str]]:
        """All that has come so far, without repetitions."""
        return {
            (one.kind, one.channel, one.status, one.alertname)
            for one in self.receiver.notifications
        }

    def count_of(self, name: str, integration: str) -> float:
        """A counter of Alertmanager's own: newer versions count it for each reason."""
        with urllib.request.urlopen(f"{self.program.url}/metrics") as answer:
            lines = answer.read().decode().splitlines()
        series = f'{name}{{integration="{integration}"'
        return sum(float(one.rsplit(" ", 1)[1]) for one in lines if one.startswith(series))


def by(kind: str, channel: str = "") -> Callable[[Notification], bool]:
    """Whether a notification came that way, and by that channel if one is named."""
    return lambda one: one.kind == kind and channel in {"", one.channel}


def alert(alertname: str, severity: str, *, ended: bool = False, **labels: str) -> dict[str, Any]:
    """An alert that began at 03:02, with the annotations that a rule would give it."""
    about = labels.get("instance", "docc2context")
    ends = {"endsAt": START.replace(minute=5).isoformat()} if ended else {}
    return {
        "labels": {"alertname": alertname, "severity": severity, "job": "docc2context"} | labels,
        "annotations": {
            "summary": f"{about} is down",
            "description": f"{about} has not answered for <1m & more.",
            "runbook_url": "http://localhost:9090/user/playbooks/service_down.html",
        },
        "startsAt": START.isoformat(),
        "generatorURL": "http://localhost:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
        **ends,
    }
