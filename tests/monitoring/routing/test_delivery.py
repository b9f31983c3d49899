"""What people are told, by the real Alertmanager with the shipped configuration."""

from typing import Final

import pytest

from monitoring.receiver import Notification
from tests.app.serving import eventually
from tests.monitoring.routing.alerting import Alerting, alert

SECONDS: Final = 15.0

SERVICE_DOWN_TITLE: Final = "[FIRING 2] ServiceDown · docc2context"

_SILENCE: Final = (
    "http://alerts.example.com:9093/#/silences/new?filter=%7Balertname%3D%22ServiceDown%22"
    "%2Cjob%3D%22docc2context%22%2Cinstance%3D%22{instance}%3A8000%22%7D"
)
_PLAYBOOK: Final = "http://localhost:9090/user/playbooks/service_down.html"
_QUERY: Final = "http://localhost:9090/graph?g0.expr=up+%3D%3D+0"


def slack_about(instance: str) -> str:
    return (
        f"*{instance}:8000 is down*\n"
        f"{instance}:8000 has not answered for &lt;1m &amp; more.\n"
        f"since 03:02 UTC · <{_PLAYBOOK}|Playbook> · <{_QUERY}|Query> · "
        f"<{_SILENCE.format(instance=instance)}|Silence>"
    )


def plain_about(instance: str) -> str:
    return (
        f"{instance}:8000 is down\n"
        f"{instance}:8000 has not answered for <1m & more.\n"
        f"since 03:02 UTC; query: {_QUERY}\n"
    )


def of(kind: str, alertname: str, status: str = "firing") -> "Wanted":
    return Wanted(kind, alertname, status)


class Wanted:
    """Whether a notification is the one that is meant."""

    def __init__(self, kind: str, alertname: str, status: str) -> None:
        self.key = (kind, alertname, status)

    def __call__(self, one: Notification) -> bool:
        return (one.kind, one.alertname, one.status) == self.key


def test_two_instances_are_told_in_one_message_that_names_both(alerting: Alerting) -> None:
    alerting.send(
        alert("ServiceDown", "critical", instance="a:8000"),
        alert("ServiceDown", "critical", instance="b:8000"),
    )
    slack = alerting.receiver.wait_for(of("slack", "ServiceDown"), SECONDS)
    pager = alerting.receiver.wait_for(of("pagerduty", "ServiceDown"), SECONDS)

    (attachment,) = slack.body["attachments"]
    assert (slack.channel, slack.body["channel"]) == ("#critical-alerts", "#critical-alerts")
    assert attachment["title"] == SERVICE_DOWN_TITLE
    assert attachment["title_link"] == _PLAYBOOK
    assert attachment["color"] == "danger"
    assert attachment["text"].strip() == f"{slack_about('a')}\n{slack_about('b')}"

    payload = pager.body["payload"]
    assert pager.body["client_url"] == _PLAYBOOK
    assert pager.body["links"] == [{"href": _PLAYBOOK, "text": "Playbook"}]
    assert payload["summary"] == "ServiceDown: a:8000 is down (one of 2)"
    assert (payload["severity"], payload["component"]) == ("critical", "docc2context")
    assert payload["custom_details"] == {
        "alertname": "ServiceDown",
        "playbook": _PLAYBOOK,
        "firing": plain_about("a") + plain_about("b"),
        "resolved": "",
        "num_firing": "2",
        "num_resolved": "0",
    }


def test_the_end_is_told_where_the_beginning_was(alerting: Alerting) -> None:
    alerting.send(alert("ServiceDown", "critical", instance="a:8000"))
    first = alerting.receiver.wait_for(of("pagerduty", "ServiceDown"), SECONDS)
    alerting.receiver.wait_for(of("slack", "ServiceDown"), SECONDS)
    alerting.send(alert("ServiceDown", "critical", instance="a:8000", ended=True))
    pager = alerting.receiver.wait_for(of("pagerduty", "ServiceDown", "resolved"), SECONDS)
    slack = alerting.receiver.wait_for(of("slack", "ServiceDown", "resolved"), SECONDS)

    assert pager.body["dedup_key"] == first.body["dedup_key"]
    assert slack.text.strip() == (
        "[RESOLVED] ServiceDown · docc2context\n"
        "No longer: *a:8000 is down*\n"
        f"from 03:02 to 03:05 UTC · <{_PLAYBOOK}|Playbook> · <{_QUERY}|Query>"
    )
    assert slack.body["attachments"][0]["color"] == "good"


def test_a_warning_goes_to_the_other_channel_and_wakes_nobody(alerting: Alerting) -> None:
    alerting.send(alert("HighCPUUsage", "warning", instance="a:8000"))
    slack = alerting.receiver.wait_for(of("slack", "HighCPUUsage"), SECONDS)

    assert (slack.channel, slack.body["attachments"][0]["color"]) == ("#alerts", "warning")
    # PagerDuty is told at the same time as Slack, when it is.
    alerting.send(alert("ServiceDown", "critical", instance="a:8000"))
    alerting.receiver.wait_for(of("pagerduty", "ServiceDown"), SECONDS)
    assert ("pagerduty", "", "firing", "HighCPUUsage") not in alerting.told()


def test_more_than_ten_are_counted_and_not_all_listed(alerting: Alerting) -> None:
    alerting.send(
        *[alert("HighCPUUsage", "warning", instance=f"{number:02}:1") for number in range(12)]
    )
    slack = alerting.receiver.wait_for(of("slack", "HighCPUUsage"), SECONDS)

    assert slack.text.startswith("[FIRING 12] ")
    assert slack.text.count("is down*") == 10
    assert slack.text.strip().endswith("12 in all; ten are shown.")


def test_the_watchdog_goes_to_the_heartbeat_with_its_token_and_nowhere_else(
    alerting: Alerting,
) -> None:
    alerting.send(alert("Watchdog", "none"), alert("HighCPUUsage", "warning"))
    alerting.receiver.wait_for(of("heartbeat", "Watchdog"), SECONDS)
    alerting.receiver.wait_for(of("slack", "HighCPUUsage"), SECONDS)

    assert {kind for kind, _, _, name in alerting.told() if name == "Watchdog"} == {"heartbeat"}


@pytest.mark.parametrize(
    ("source", "hidden", "told"),
    [
        (
            alert("ServiceAbsent", "critical"),
            [alert("HighErrorRate", "critical"), alert("HighCPUUsage", "warning", instance="a:1")],
            [alert("MonitoringTargetDown", "critical", job="prometheus", instance="p:1")],
        ),
        (
            alert("ServiceDown", "critical", instance="a:1"),
            [alert("HighCPUUsage", "warning", instance="a:1"), alert("ReplicaMissing", "warning")],
            [
                alert("HighMemoryUsage", "critical", instance="b:1"),
                alert("HighErrorRate", "critical"),
            ],
        ),
        (
            alert("ConverterUnavailable", "critical", instance="a:1"),
            [
                alert("HighErrorRate", "critical"),
                alert("ConversionErrorBudgetFastBurn", "critical"),
                alert("ConversionErrorBudgetSlowBurn", "warning"),
            ],
            [alert("LowDiskSpace", "critical", instance="a:1", path="/w")],
        ),
        (
            alert("ConversionErrorBudgetFastBurn", "critical"),
            [
                alert("ConversionErrorBudgetBurn", "critical"),
                alert("ConversionErrorBudgetSlowBurn", "warning"),
            ],
            [alert("HighErrorRate", "critical")],
        ),
        (
            alert("ConversionErrorBudgetBurn", "critical"),
            [alert("ConversionErrorBudgetSlowBurn", "warning")],
            [alert("ConversionSlow", "warning")],
        ),
        (
            alert("LowDiskSpace", "critical", instance="a:1", path="/w"),
            [alert("DiskWillFillIn4Hours", "warning", instance="a:1", path="/w")],
            [alert("CPUThrottled", "warning", instance="a:1")],
        ),
    ],
    ids=lambda value: value["labels"]["alertname"] if isinstance(value, dict) else "",
)
def test_what_follows_from_an_alert_is_hidden_and_nothing_else(
    alerting: Alerting,
    source: dict[str, dict[str, str]],
    hidden: list[dict[str, dict[str, str]]],
    told: list[dict[str, dict[str, str]]],
) -> None:
    alerting.send(source, *hidden, *told)
    for one in [source, *told]:
        alerting.receiver.wait_for(of("slack", one["labels"]["alertname"]), SECONDS)
    # Sent after all of those: when it is told, whatever was to be told before has been.
    alerting.send(alert("ConversionStuck", "warning", job="other"))
    alerting.receiver.wait_for(of("slack", "ConversionStuck"), SECONDS)

    names = {name for kind, _, _, name in alerting.told() if kind == "slack"}
    assert names == {one["labels"]["alertname"] for one in [source, *told]} | {"ConversionStuck"}


def test_a_channel_that_refuses_is_counted_and_the_other_way_still_works(
    alerting: Alerting,
) -> None:
    alerting.receiver.refuse("slack", 403)
    alerting.send(alert("ServiceDown", "critical", instance="a:8000"))
    alerting.receiver.wait_for(of("pagerduty", "ServiceDown"), SECONDS)
    failed = 'alertmanager_notifications_failed_total{integration="slack"}'
    eventually(lambda: alerting.metric(failed) > 0, "the failed notification is counted")

    alerting.send(alert("AlertmanagerNotificationsFailing", "warning", integration="slack"))
    alerting.receiver.wait_for(of("pagerduty", "AlertmanagerNotificationsFailing"), SECONDS)

    # It was not told, so it is tried again with the group's next interval, and not lost.
    alerting.receiver.accept("slack")
    alerting.receiver.wait_for(of("slack", "ServiceDown"), SECONDS)


def test_a_receiver_that_fails_for_a_moment_is_tried_again(alerting: Alerting) -> None:
    alerting.receiver.refuse("slack", 500)
    alerting.send(alert("HighCPUUsage", "warning", instance="a:8000"))
    requests = 'alertmanager_notification_requests_failed_total{integration="slack"}'
    eventually(lambda: alerting.metric(requests) > 0, "Slack has failed")
    alerting.receiver.accept("slack")

    alerting.receiver.wait_for(of("slack", "HighCPUUsage"), SECONDS)


def test_a_missing_secret_costs_its_own_receiver_alone_and_is_named(alerting: Alerting) -> None:
    (alerting.secrets / "slack_critical_url").unlink()
    alerting.send(alert("ServiceDown", "critical", instance="a:8000"))
    alerting.receiver.wait_for(of("pagerduty", "ServiceDown"), SECONDS)
    eventually(
        lambda: "slack_critical_url: no such file" in alerting.program.log.read_text(),
        "the log names the file",
    )

    assert {kind for kind, *_ in alerting.told()} == {"pagerduty"}


def test_a_restart_keeps_silences_and_tells_nobody_twice(alerting: Alerting) -> None:
    alerting.send(alert("ServiceDown", "critical", instance="a:8000"))
    alerting.receiver.wait_for(of("slack", "ServiceDown"), SECONDS)
    alerting.receiver.wait_for(of("pagerduty", "ServiceDown"), SECONDS)
    alerting.silence("HighCPUUsage")

    alerting.program.stop()
    alerting.program.start()
    alerting.send(
        alert("ServiceDown", "critical", instance="a:8000"),
        alert("HighCPUUsage", "warning", instance="b:8000"),
        alert("ConversionStuck", "warning", instance="b:8000"),
    )
    alerting.receiver.wait_for(of("slack", "ConversionStuck"), SECONDS)

    slack = [one.alertname for one in alerting.receiver.notifications if one.kind == "slack"]
    assert slack == ["ServiceDown", "ConversionStuck"]
