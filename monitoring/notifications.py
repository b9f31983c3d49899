"""Messages that Alertmanager sends, read as strictly as their real receivers read them."""

import time
from dataclasses import dataclass
from typing import Any, Final, Literal

Kind = Literal["slack", "pagerduty", "heartbeat"]
Status = Literal["firing", "resolved"]

_ACTIONS: Final = {"trigger", "acknowledge", "resolve"}
_SEVERITIES: Final = {"critical", "error", "warning", "info"}


class NotAccepted(Exception):
    """The real service would refuse this; the message says why."""


@dataclass(frozen=True)
class Notification:
    """One message. `at` is Unix time; `channel` is Slack's, otherwise empty."""

    at: float
    kind: Kind
    channel: str
    status: Status
    alertname: str
    text: str
    body: dict[str, Any]


def read(kind: Kind, channel: str, body: dict[str, Any]) -> Notification:
    """The notification that has just come with this body. Raises NotAccepted."""
    try:
        match kind:
            case "slack":
                return _slack(channel, body)
            case "pagerduty":
                return _pagerduty(body)
            case "heartbeat":
                return _heartbeat(body)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotAccepted(f"not of the expected shape: {error!r}") from error


def _slack(channel: str, body: dict[str, Any]) -> Notification:
    """An incoming webhook's message: https://api.slack.com/messaging/webhooks."""
    attachments = body.get("attachments")
    if not attachments or not isinstance(attachments, list):
        raise NotAccepted("no_text")
    (attachment,) = attachments
    title = attachment["title"]
    status: Status = "resolved" if title.startswith("RESOLVED: ") else "firing"
    # The template writes "CRITICAL: HighErrorRate · docc2context (1 firing)".
    alertname = title.partition(": ")[2].partition(" ")[0]
    text = f"{title}\n{attachment['text']}"
    return Notification(time.time(), "slack", channel, status, alertname, text, body)


def _pagerduty(body: dict[str, Any]) -> Notification:
    """An event: https://developer.pagerduty.com/docs/events-api-v2/."""
    action, payload = body.get("event_action"), body.get("payload") or {}
    if not body.get("routing_key") or action not in _ACTIONS:
        raise NotAccepted("invalid event: routing_key or event_action")
    if action == "trigger" and not _is_complete(payload):
        raise NotAccepted("invalid event: payload")
    if not body.get("dedup_key"):
        raise NotAccepted("invalid event: dedup_key")
    status: Status = "resolved" if action == "resolve" else "firing"
    alertname = (payload.get("custom_details") or {}).get("alertname", "")
    text = payload.get("summary", "")
    return Notification(time.time(), "pagerduty", "", status, alertname, text, body)


def _is_complete(payload: dict[str, Any]) -> bool:
    """Whether a payload has what PagerDuty requires of one that triggers an incident."""
    has_words = payload.get("summary") and payload.get("source")
    return bool(has_words) and payload.get("severity") in _SEVERITIES


def _heartbeat(body: dict[str, Any]) -> Notification:
    """Alertmanager's own webhook message."""
    alertname = body["groupLabels"]["alertname"]
    return Notification(time.time(), "heartbeat", "", body["status"], alertname, "", body)
