"""A test alert is sent as people send it, and received."""

import pytest

from monitoring import send_alert
from monitoring.programs import free_port
from tests.monitoring.routing.alerting import Alerting, by

SECONDS = 15.0


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["send_alert", *arguments])
    return send_alert.main()


@pytest.mark.parametrize(
    ("severity", "receiver", "ways"),
    [
        ("warning", "warning", {("slack", "#alerts")}),
        ("critical", "critical", {("slack", "#critical-alerts"), ("pagerduty", "")}),
        ("none", "heartbeat", {("heartbeat", "")}),
        ("strange", "default", {("slack", "#alerts")}),
    ],
)
def test_it_arrives_where_it_is_said_to(
    alerting: Alerting,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    severity: str,
    receiver: str,
    ways: set[tuple[str, str]],
) -> None:
    assert run(monkeypatch, "--severity", severity, alerting.program.url) == 0
    for kind, channel in ways:
        alerting.receiver.wait_for(by(kind, channel), SECONDS)

    said = capsys.readouterr().out
    assert f"Its receiver `{receiver}` notifies " in said
    assert all(channel in said for _, channel in ways)
    assert {(kind, where) for kind, where, _, _ in alerting.told()} == ways
    assert {one.alertname for one in alerting.receiver.notifications} == {"TestAlert"}


def test_an_alertmanager_that_does_not_answer_is_an_error_that_says_what_to_do(
    alerting: Alerting, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alerting.program.stop()
    assert run(monkeypatch, f"http://127.0.0.1:{free_port()}") == 1
    error = capsys.readouterr().err
    assert "connection refused" in error
    assert "`make monitoring` start an Alertmanager" in error
    assert "`make test-alert ALERTMANAGER_PORT=…`" in error
