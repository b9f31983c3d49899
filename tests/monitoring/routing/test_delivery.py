"""What people are told, by the real Alertmanager with the shipped configuration."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pytest

from monitoring.configs import TEMPLATES
from monitoring.notifications import Notification
from tests.app.serving import eventually
from tests.monitoring.playbooks.texts import commands
from tests.monitoring.routing.alerting import NEEDS_AMTOOL, Alerting, alert

SECONDS: Final = 15.0

SERVICE_DOWN_TITLE: Final = "CRITICAL: ServiceDown · docc2context (2 firing)"

_SILENCE: Final = (
    "http://alerts.example.com:9093/#/silences/new?filter=%7Balertname%3D%22ServiceDown%22"
    "%2Cinstance%3D%22{instance}%3A8000%22%2Cjob%3D%22docc2context%22%2Cseverity%3D%22critical%22%7D"
)
_PLAYBOOK: Final = "http://localhost:9090/user/playbooks/service_down.html"
_QUERY: Final = "http://localhost:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1"


SINCE: Final = "2024-11-24 03:02:01"
PERIOD: Final = f"{SINCE} to 2024-11-24 03:05:01 UTC"


def silence(instance: str) -> str:
    return _SILENCE.format(instance=instance)


def slack_about(instance: str) -> str:
    return (
        f"*{instance}:8000 is down*\n"
        f"{instance}:8000 has not answered for &lt;1m &amp; more.\n"
        f"{instance}:8000, since {SINCE} UTC\n"
        f"<{_PLAYBOOK}|Playbook> · <{_QUERY.replace('&', '&amp;')}|Query> · "
        f"<{silence(instance)}|Silence>"
    )


def plain_about(instance: str) -> str:
    return (
        f"{instance}:8000 is down\n"
        f"{instance}:8000 has not answered for <1m & more.\n"
        f"{instance}:8000, since {SINCE} UTC\n"
        f"Silence: {silence(instance)}"
    )


def of(kind: str, alertname: str, status: str = "firing") -> "Wanted":
    return Wanted(kind, alertname, status)


def counting(kind: str, number: int) -> Callable[[Notification], bool]:
    """One that lists so many: alerts that began long ago may be told before the others are in."""
    return lambda one: one.kind == kind and f" ({number} firing)" in one.text.partition("\n")[0]


class Wanted:
    """Whether a notification is the one that is meant."""

    def __init__(self, kind: str, alertname: str, status: str) -> None:
        self.key = (kind, alertname, status)

    def __call__(self, one: Notification) -> bool:
        return (one.kind, one.alertname, one.status) == self.key


def as_texts(details: dict[str, Any]) -> dict[str, str]:
    """Newer releases of Alertmanager send numbers as numbers, and an empty text as null."""
    return {name: "" if value is None else str(value) for name, value in details.items()}


def test_two_instances_are_told_in_one_message_that_names_both(alerting: Alerting) -> None:
    alerting.send(
        alert("ServiceDown", "critical", instance="a:8000"),
        alert("ServiceDown", "critical", instance="b:8000"),
    )
    slack = alerting.receiver.wait_for(counting("slack", 2), SECONDS)
    pager = alerting.receiver.wait_for(counting("pagerduty", 2), SECONDS)

    (attachment,) = slack.body["attachments"]
    assert (slack.channel, slack.body["channel"]) == ("#critical-alerts", "#critical-alerts")
    assert attachment["title"] == SERVICE_DOWN_TITLE
    assert attachment["fallback"] == f"{SERVICE_DOWN_TITLE}: a:8000 is down"
    assert attachment["color"] == "danger"
    assert attachment["text"] == f"{slack_about('a')}\n\n{slack_about('b')}"

    payload = pager.body["payload"]
    assert pager.body["client_url"] == "http://alerts.example.com:9093"
    assert pager.body["links"] == [
        {"href": _PLAYBOOK, "text": "Playbook"},
        {"href": _QUERY, "text": "Query"},
        # Of both: what they have in common.
        {"href": silence("").replace("%2Cinstance%3D%22%3A8000%22", ""), "text": "Silence"},
    ]
    assert payload["summary"] == f"{SERVICE_DOWN_TITLE}: a:8000 is down"
    assert (payload["severity"], payload["component"]) == ("critical", "docc2context")
    assert as_texts(payload["custom_details"]) == {
        "alertname": "ServiceDown",
        "job": "docc2context",
        "firing": f"{plain_about('a')}\n\n{plain_about('b')}",
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
    assert slack.text == (
        "RESOLVED: ServiceDown · docc2context (1 ended)\n"
        f"Resolved: a:8000 is down\na:8000, {PERIOD}"
    )
    assert slack.body["attachments"][0]["color"] == "good"


def test_a_warning_goes_to_the_other_channel_and_wakes_nobody(alerting: Alerting) -> None:
    alerting.send(alert("HighCPUUsage", "warning", instance="a:8000"))
    slack = alerting.receiver.wait_for(of("slack", "HighCPUUsage"), SECONDS)

    (attachment,) = slack.body["attachments"]
    assert (slack.channel, attachment["color"]) == ("#alerts", "warning")
    assert attachment["title"] == "WARNING: HighCPUUsage · docc2context (1 firing)"
    # PagerDuty is told at the same time as Slack, when it is.
    alerting.send(alert("ServiceDown", "critical", instance="a:8000"))
    alerting.receiver.wait_for(of("pagerduty", "ServiceDown"), SECONDS)
    assert ("pagerduty", "", "firing", "HighCPUUsage") not in alerting.told()


def test_more_than_five_are_named_and_more_than_fifteen_counted(alerting: Alerting) -> None:
    alerting.send(
        *[alert("HighMemoryUsage", "critical", instance=f"{number:02}:&") for number in range(17)]
    )
    slack = alerting.receiver.wait_for(counting("slack", 17), SECONDS)
    pager = alerting.receiver.wait_for(counting("pagerduty", 17), SECONDS)

    everything = (
        "http://alerts.example.com:9093/#/alerts?filter=%7Balertname%3D%22HighMemoryUsage%22"
        "%2Cjob%3D%22docc2context%22%2Cseverity%3D%22critical%22%7D"
    )
    details = pager.body["payload"]["custom_details"]
    named = ", ".join(f"{number:02}:&" for number in range(5, 15))
    in_slack = named.replace("&", "&amp;")
    assert slack.text.startswith("CRITICAL: HighMemoryUsage · docc2context (17 firing)\n")
    assert slack.text.count("is down*") == 5
    assert slack.text.endswith(f"\n\n… and 12 more, {in_slack}: <{everything}|all>")
    assert details["firing"].count("is down\n") == 5
    assert details["firing"].endswith(f"\n\n… and 12 more, {named}: {everything}")


def test_instances_that_fire_are_named_before_those_that_are_resolved(alerting: Alerting) -> None:
    alerting.send(*[alert("ServiceDown", "critical", instance=f"{one}:8000") for one in "abcdefg"])
    for kind in ("slack", "pagerduty"):
        alerting.receiver.wait_for(counting(kind, 7), SECONDS)
    before = len(alerting.receiver.notifications)
    alerting.send(
        *[alert("ServiceDown", "critical", instance=f"{one}:8000", ended=True) for one in "abcdef"]
    )
    slack = alerting.receiver.wait_for(counting("slack", 1), SECONDS, since=before)
    pager = alerting.receiver.wait_for(counting("pagerduty", 1), SECONDS, since=before)

    resolved = [f"Resolved: {one}:8000 is down\n{one}:8000, {PERIOD}" for one in "abcde"]
    assert slack.text == "\n".join(
        [
            "CRITICAL: ServiceDown · docc2context (1 firing)",
            slack_about("g"),
            "",
            *resolved,
            "… and 1 more resolved",
        ]
    )
    assert pager.text == "CRITICAL: ServiceDown · docc2context (1 firing): g:8000 is down"


def test_labels_make_no_links_mentions_or_lines_of_their_own(alerting: Alerting) -> None:
    odd = alert("LowDiskSpace", "critical", instance='<!channel> & "x"\nb')
    odd["annotations"]["runbook_url"] = "http://p/|<x>"
    alerting.send(odd)
    slack = alerting.receiver.wait_for(of("slack", "LowDiskSpace"), SECONDS)

    title, summary, description, where, links = slack.text.split("\n")
    assert title == "CRITICAL: LowDiskSpace · docc2context (1 firing)"
    assert summary == '*&lt;!channel&gt; &amp; "x" b is down*'
    assert description == '&lt;!channel&gt; &amp; "x" b has not answered for &lt;1m &amp; more.'
    assert where == f'&lt;!channel&gt; &amp; "x" b, since {SINCE} UTC'
    assert links.startswith("<http://p/%7C%3Cx%3E|Playbook> · ")
    filter_ = links.partition("filter=")[2].removesuffix("|Silence>")
    assert unquote(filter_) == (
        '{alertname="LowDiskSpace",instance="<!channel> & \\"x\\"\\nb",'
        'job="docc2context",severity="critical"}'
    )


@NEEDS_AMTOOL
def test_names_of_labels_make_no_links_or_mentions_either(tmp_path: Path) -> None:
    """Rendered by amtool, because an Alertmanager before 0.27 does not take such names."""
    labels = {"alertname": "LowDiskSpace", "x|> <!channel> y": "z"}
    told = {"status": "firing", "labels": labels}
    data = tmp_path / "data.json"
    data.write_text(json.dumps({"status": "firing", "alerts": [told], "commonLabels": labels}))

    slack = rendered("docc2context.slack.text", data)

    assert slack.endswith("%2Cx%7C%3E%20%3C%21channel%3E%20y%3D%22z%22%7D|Silence>")


def rendered(template: str, data: Path) -> str:
    command = (
        *("amtool", "template", "render", f"--template.glob={TEMPLATES}"),
        *(f'--template.text={{{{ template "{template}" . }}}}', f"--template.data={data}"),
    )
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def test_the_silence_that_a_message_links_to_is_of_that_alert_alone(alerting: Alerting) -> None:
    alerting.send(
        *[
            alert("HighErrorRate", "critical", requested=requested)
            for requested in ("conversions", "pages")
        ]
    )
    slack = alerting.receiver.wait_for(counting("slack", 2), SECONDS)
    (labels,) = (
        dict(re.findall(r'(\w+)="([^"]*)"', unquote(link)))
        for link in re.findall(r"filter=(\S+)\|Silence>", slack.text)
        if "pages" in link
    )

    alerting.silence(**labels)

    assert [one["requested"] for one in alerting.not_silenced()] == ["conversions"]


def test_an_alert_without_annotations_is_told_all_the_same(alerting: Alerting) -> None:
    alerting.send({"labels": {"alertname": "SomebodyElses", "severity": "critical"}})
    slack = alerting.receiver.wait_for(of("slack", "SomebodyElses"), SECONDS)
    pager = alerting.receiver.wait_for(of("pagerduty", "SomebodyElses"), SECONDS)

    title, summary, _, links = slack.text.split("\n")
    assert (title, summary) == ("CRITICAL: SomebodyElses (1 firing)", "*SomebodyElses*")
    assert links.endswith(
        "filter=%7Balertname%3D%22SomebodyElses%22%2Cseverity%3D%22critical%22%7D|Silence>"
    )
    assert "|Query>" not in links
    assert "|Playbook>" not in links
    assert pager.text == "CRITICAL: SomebodyElses (1 firing): SomebodyElses"


def test_an_alert_of_another_severity_is_told_without_a_word_for_it(alerting: Alerting) -> None:
    alerting.send(alert("SomebodyElses", "page", instance="a:8000"))
    slack = alerting.receiver.wait_for(of("slack", "SomebodyElses"), SECONDS)

    title = slack.text.partition("\n")[0]
    assert (slack.channel, title) == (
        "#alerts",
        "DocC2Context Alert: SomebodyElses · docc2context (1 firing)",
    )


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
            [
                alert("HighCPUUsage", "warning", instance="a:1"),
                alert("ServiceNotReady", "critical", instance="a:1", check="admission"),
                alert("ReplicaMissing", "warning"),
            ],
            [
                alert("ServiceNotReady", "critical", instance="b:1", check="admission"),
                alert("HighMemoryUsage", "critical", instance="b:1"),
                alert("HighErrorRate", "critical"),
            ],
        ),
        (
            alert("ConverterUnavailable", "critical", instance="a:1"),
            [
                alert("HighErrorRate", "critical", requested="conversions"),
                alert("ConversionErrorBudgetFastBurn", "critical"),
                alert("ConversionErrorBudgetSlowBurn", "warning"),
            ],
            [alert("LowDiskSpace", "critical", instance="a:1", path="/w")],
        ),
        (
            alert("ConverterUnavailable", "critical", instance="a:1"),
            [alert("ConversionErrorBudgetFastBurn", "critical")],
            [alert("HighErrorRate", "critical", requested="pages")],
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
    # First, as an alert that is older than its route's group_wait is told at once, before another
    # of the same message can hide it.
    alerting.send(source)
    alerting.receiver.wait_for(of("slack", source["labels"]["alertname"]), SECONDS)
    alerting.send(*hidden, *told)
    for one in told:
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
    failed = "alertmanager_notifications_failed_total"
    eventually(lambda: alerting.count_of(failed, "slack") > 0, "the failed notification is counted")

    alerting.send(alert("AlertmanagerNotificationsFailing", "warning", integration="slack"))
    alerting.receiver.wait_for(of("pagerduty", "AlertmanagerNotificationsFailing"), SECONDS)

    # It was not told, so it is tried again with the group's next interval, and not lost.
    alerting.receiver.accept("slack")
    alerting.receiver.wait_for(of("slack", "ServiceDown"), SECONDS)


def test_the_playbook_finds_slacks_answer_below_those_of_a_heartbeat_that_fails_each_minute(
    alerting: Alerting,
) -> None:
    failed = "alertmanager_notifications_failed_total"
    alerting.receiver.refuse("slack", 403)
    alerting.send(alert("HighCPUUsage", "warning", instance="a:8000"))
    eventually(lambda: alerting.count_of(failed, "slack") > 0, "Slack has failed")
    alerting.receiver.accept("slack")
    alerting.receiver.wait_for(of("slack", "HighCPUUsage"), SECONDS)
    alerting.receiver.refuse("heartbeat", 401)
    alerting.send(alert("Watchdog", "none"))
    eventually(lambda: alerting.count_of(failed, "webhook") > 5, "the heartbeat has failed often")

    (command,) = (
        one.text
        for one in commands()
        if one.playbook == "alertmanager_notifications_failing" and " logs " in one.text
    )
    line = command.replace(
        "docker compose logs --since 30m alertmanager", f"cat '{alerting.program.log}'"
    )
    found = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout

    assert "status code 403" in found
    assert "status code 401" not in found


def test_a_receiver_that_fails_for_a_moment_is_tried_again(alerting: Alerting) -> None:
    alerting.receiver.refuse("slack", 500)
    alerting.send(alert("HighCPUUsage", "warning", instance="a:8000"))
    requests = "alertmanager_notification_requests_failed_total"
    eventually(lambda: alerting.count_of(requests, "slack") > 0, "Slack has failed")
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
    # Alertmanager notes that it has told somebody when the answer is in, not before.
    answered = "alertmanager_notification_latency_seconds_count"
    both = ("slack", "pagerduty")
    eventually(lambda: {alerting.count_of(answered, one) for one in both} == {1}, "they are in")
    alerting.silence(alertname="HighCPUUsage")

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
