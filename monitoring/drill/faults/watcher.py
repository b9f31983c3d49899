"""Faults of what watches: alerts that do not leave Prometheus, or Alertmanager."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from monitoring.drill.faults.base import Arrival, Fault, site
from monitoring.drill.faults.replicas import DISCOVERY_SECONDS
from monitoring.drill.faults.uploads import sending_hostile
from monitoring.drill.stack import RESEND_SECONDS, Stack


@contextmanager
def _alertmanager_killed(stack: Stack) -> Iterator[None]:
    stack.alertmanager.kill()
    try:
        yield
    finally:
        stack.alertmanager.start()


@contextmanager
def _alertmanager_unknown(stack: Stack) -> Iterator[None]:
    stack.tell_alertmanager(known=False)
    try:
        yield
    finally:
        stack.tell_alertmanager(known=True)


@contextmanager
def _slack_refuses(stack: Stack) -> Iterator[None]:
    stack.receiver.refuse("slack", 404)
    try:
        with sending_hostile(stack.service.put):
            yield
    finally:
        stack.receiver.accept("slack")


FAULTS: Final = (
    Fault(
        "PrometheusAlertsNotDelivered",
        "Alertmanager is killed",
        _alertmanager_killed,
        site(),
        companions={"MonitoringTargetDown": "Alertmanager cannot be scraped either"},
        arrival=Arrival.AFTERWARDS,
        looks_back=5 * 60 + 2 * RESEND_SECONDS,  # only what it tries to send is dropped
    ),
    Fault(
        "PrometheusNotConnectedToAlertmanager",
        "Alertmanager is taken from the list of targets",
        _alertmanager_unknown,
        site(),
        companions={"PrometheusAlertsNotDelivered": "what is sent to nobody is dropped"},
        arrival=Arrival.NEVER,
        extra=DISCOVERY_SECONDS,
    ),
    Fault(
        "AlertmanagerNotificationsFailing",
        "Slack refuses what it is sent, the notice of hostile archives first",
        _slack_refuses,
        site(),
        companions={"SuspiciousArchives": "what Slack is to be told of"},
        without_slack=True,
    ),
)
