"""What DOCS/MONITORING.md says of secret files is so with a real Alertmanager."""

from collections.abc import Callable
from pathlib import Path

import httpx2

from monitoring.notifications import Kind, Notification
from monitoring.receiver import Receiver
from tests.app.serving import DEADLINE_SECONDS
from tests.monitoring.docs.clients import alertmanager

KINDS: tuple[Kind, ...] = ("slack", "pagerduty", "heartbeat")

CONFIGURATION = """\
route: {{receiver: all, group_by: [alertname], group_wait: 0s}}
receivers:
  - name: all
    slack_configs:
      - api_url_file: {folder}/slack
        title: 'WARNING: {{{{ .GroupLabels.alertname }}}} · x'
        text: x
    pagerduty_configs: [{{routing_key_file: {folder}/pagerduty, url: '{pagerduty}'}}]
    webhook_configs:
      - url: {heartbeat}
        http_config: {{authorization: {{credentials_file: {folder}/heartbeat}}}}
"""


def write(folder: Path, receiver: Receiver, word: str, end: str = "") -> None:
    """Each receiver's secret is of that word; the token is the one that is asked for."""
    (folder / "slack").write_text(receiver.url("slack", word) + end)
    (folder / "pagerduty").write_text(word + end)
    (folder / "heartbeat").write_text(word + end)
    receiver.heartbeat_token = word


def notified(client: httpx2.Client, receiver: Receiver, name: str) -> set[str]:
    """Raise an alert, and give what shows the secrets of its three notifications."""
    since = len(receiver.notifications)
    answer = client.post("/api/v2/alerts", json=[{"labels": {"alertname": name}}])
    assert answer.status_code == 200, answer.text
    for kind in KINDS:
        receiver.wait_for(_of(kind), DEADLINE_SECONDS, since=since)
    return {_secret(one) for one in receiver.notifications[since:]}


def _of(kind: Kind) -> Callable[[Notification], bool]:
    return lambda one: one.kind == kind


def _secret(one: Notification) -> str:
    # The heartbeat's token was checked by the receiver.
    shown = {"slack": one.channel, "pagerduty": one.body.get("routing_key"), "heartbeat": "right"}
    return f"{one.kind} {shown[one.kind]}"


def test_a_secret_is_read_whenever_it_is_needed_and_may_end_with_a_newline(
    tmp_path: Path,
) -> None:
    configuration = tmp_path / "alertmanager.yml"
    with Receiver() as receiver:
        configuration.write_text(
            CONFIGURATION.format(
                folder=tmp_path,
                pagerduty=receiver.url("pagerduty"),
                heartbeat=receiver.url("heartbeat"),
            ),
            encoding="utf-8",
        )
        with alertmanager(tmp_path, configuration) as client:
            # It has started without any of them.
            write(tmp_path, receiver, "one", end="\n")
            first = notified(client, receiver, "First")
            write(tmp_path, receiver, "two")
            second = notified(client, receiver, "Second")

    assert first == {"slack #one", "pagerduty one", "heartbeat right"}
    assert second == {"slack #two", "pagerduty two", "heartbeat right"}
