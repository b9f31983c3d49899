"""An alert of the real Prometheus is not lost while Alertmanager is away."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from monitoring.programs import ProgramMissing, Prometheus
from tests.app.serving import eventually
from tests.monitoring.routing.alerting import Alerting, by

SECONDS = 20.0

RULE = {
    "alert": "ServiceDown",
    "expr": "vector(1)",
    "labels": {"severity": "critical", "job": "docc2context", "instance": "a:8000"},
    "annotations": {"summary": "a:8000 is down"},
}


@pytest.fixture
def prometheus(tmp_path: Path, alerting: Alerting) -> Iterator[Prometheus]:
    """With one rule that always fires, evaluated and sent often; not started yet."""
    rules = tmp_path / "rules.yml"
    group = {"name": "test", "interval": "200ms", "rules": [RULE]}
    rules.write_text(yaml.safe_dump({"groups": [group]}))
    managers = [{"static_configs": [{"targets": [f"127.0.0.1:{alerting.program.port}"]}]}]
    config = {"rule_files": [str(rules)], "alerting": {"alertmanagers": managers}}
    file = tmp_path / "prometheus.yml"
    file.write_text(yaml.safe_dump(config))
    try:
        # What could not be sent is sent again with the next of these, a minute if nothing is said.
        program = Prometheus(tmp_path, file, "--rules.alert.resend-delay=500ms")
    except ProgramMissing as missing:
        pytest.skip(f"SKIPPED: {missing}")
    yield program
    program.stop()


def metric(prometheus: Prometheus, name: str) -> float:
    """The sum over all series of that name."""
    with urllib.request.urlopen(f"{prometheus.url}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    series = [line for line in lines if line.partition("{")[0].partition(" ")[0] == name]
    return sum(float(line.rsplit(" ", 1)[1]) for line in series)


def test_an_alert_that_fires_while_alertmanager_is_away_is_told_when_it_is_back(
    alerting: Alerting, prometheus: Prometheus
) -> None:
    alerting.program.stop()
    prometheus.start()
    eventually(
        lambda: metric(prometheus, "prometheus_notifications_errors_total") > 0,
        "Prometheus has tried in vain",
    )
    assert alerting.receiver.notifications == []
    alerting.program.start()

    for kind in ("slack", "pagerduty"):
        told = alerting.receiver.wait_for(by(kind), SECONDS)
        assert (told.alertname, told.status) == ("ServiceDown", "firing")
