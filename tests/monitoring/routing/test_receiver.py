"""The receiver refuses what Slack and PagerDuty would refuse."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from monitoring.notifications import Kind
from monitoring.receiver import Receiver

EVENT: dict[str, Any] = {
    "routing_key": "key",
    "event_action": "trigger",
    "dedup_key": "a",
    "payload": {
        "summary": "It is down",
        "source": "us",
        "severity": "critical",
        "custom_details": {"alertname": "ServiceDown"},
    },
}
MESSAGE: dict[str, Any] = {
    "channel": "#alerts",
    "attachments": [
        {"title": "CRITICAL: ServiceDown · docc2context (1 firing)", "text": "It is down"}
    ],
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(heartbeat_token="right") as receiver:
        yield receiver


def send(url: str, body: object, **headers: str) -> int:
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_what_is_valid_is_kept_as_it_came(receiver: Receiver) -> None:
    assert send(receiver.url("slack", "#alerts"), MESSAGE) == 200
    assert send(receiver.url("pagerduty"), EVENT) == 202

    slack, pager = receiver.notifications
    assert (slack.kind, slack.channel, slack.status) == ("slack", "#alerts", "firing")
    assert (slack.alertname, slack.body) == ("ServiceDown", MESSAGE)
    assert (pager.kind, pager.status, pager.alertname) == ("pagerduty", "firing", "ServiceDown")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("slack", {"text": ""}),
        ("slack", []),
        ("pagerduty", EVENT | {"routing_key": ""}),
        ("pagerduty", EVENT | {"event_action": "fire"}),
        ("pagerduty", EVENT | {"dedup_key": ""}),
        ("pagerduty", EVENT | {"payload": EVENT["payload"] | {"severity": "none"}}),
        ("pagerduty", EVENT | {"payload": EVENT["payload"] | {"summary": ""}}),
        ("heartbeat", {"status": "firing", "groupLabels": {"alertname": "Watchdog"}}),
    ],
)
def test_what_is_not_valid_is_answered_400_and_not_kept(
    receiver: Receiver, kind: Kind, body: object
) -> None:
    assert send(receiver.url(kind, "alerts"), body) == 400
    assert receiver.notifications == []


def test_a_heartbeat_comes_with_its_token(receiver: Receiver) -> None:
    body = {"status": "firing", "groupLabels": {"alertname": "Watchdog"}}
    assert send(receiver.url("heartbeat"), body, Authorization="Bearer right") == 200
    assert [one.alertname for one in receiver.notifications] == ["Watchdog"]


def test_it_refuses_when_it_is_told_to(receiver: Receiver) -> None:
    receiver.refuse("slack", 403)
    assert send(receiver.url("slack", "alerts"), MESSAGE) == 403
    assert send(receiver.url("pagerduty"), EVENT) == 202
    receiver.accept("slack")
    assert send(receiver.url("slack", "alerts"), MESSAGE) == 200


def test_a_wait_that_times_out_names_what_came_instead(receiver: Receiver) -> None:
    send(receiver.url("slack", "alerts"), MESSAGE)
    with pytest.raises(TimeoutError, match=r"slack #alerts firing ServiceDown"):
        receiver.wait_for(lambda one: one.kind == "pagerduty", 0)
