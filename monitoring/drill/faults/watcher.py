"""Faults of what watches: alerts do not leave it, part of it is down, its files are wrong."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from monitoring.drill.faults.base import Arrival, Fault, killed, place_of
from monitoring.drill.faults.replicas import DISCOVERY_SECONDS
from monitoring.drill.faults.uploads import sending_hostile
from monitoring.drill.site import Site
from monitoring.drill.stack import Stack
from monitoring.drill.watchers import RESEND_SECONDS
from monitoring.programs import Program

_UNKNOWN_SETTING: Final = "no_such_setting: true\n"
_MANY_TO_MANY: Final = """\

  - name: drill
    rules:
      - record: drill:many_to_many
        expr: up + on () up
"""
"""One more rule at the end of the file; it can be read, but not evaluated."""

_AFTER_RELOAD: Final = {
    "PrometheusAlertsNotDelivered": "a reload leaves Prometheus without an Alertmanager for up to "
    "5 s, which no option shortens"
}


def _alertmanager_killed(stack: Stack) -> AbstractContextManager[None]:
    return killed(stack.alertmanager)


def _second_alertmanager_killed(stack: Stack) -> AbstractContextManager[None]:
    _, second = stack.alertmanagers
    return killed(second)


@contextmanager
def _alertmanager_unknown(stack: Stack) -> Iterator[None]:
    stack.set_alertmanagers(known=False)
    try:
        yield
    finally:
        stack.set_alertmanagers(known=True)


@contextmanager
def _slack_refuses(stack: Stack) -> Iterator[None]:
    stack.receiver.refuse("slack", 404)
    try:
        with sending_hostile(stack.service.put):
            yield
    finally:
        stack.receiver.accept("slack")


def _prometheus_misconfigured(stack: Stack) -> AbstractContextManager[None]:
    return _appended(_UNKNOWN_SETTING, stack.prometheus.config, stack.prometheus)


def _alertmanager_misconfigured(stack: Stack) -> AbstractContextManager[None]:
    return _appended(_UNKNOWN_SETTING, stack.alertmanager.config, stack.alertmanager)


def _rule_broken(stack: Stack) -> AbstractContextManager[None]:
    return _appended(_MANY_TO_MANY, stack.rules, stack.prometheus)


@contextmanager
def _appended(text: str, file: Path, reader: Program) -> Iterator[None]:
    """Add text to a file, and make a program read it again."""
    before = file.read_text()
    file.write_text(before + text)
    reader.hang_up()
    try:
        yield
    finally:
        file.write_text(before)
        reader.hang_up()


FAULTS: Final = (
    Fault(
        "PrometheusRuleFailures",
        "a rule with a many-to-many match is added, and SIGHUP is sent",
        _rule_broken,
        companions=_AFTER_RELOAD,
    ),
    Fault(
        "PrometheusAlertsNotDelivered",
        "Alertmanager is killed",
        _alertmanager_killed,
        companions={"MonitoringTargetDown": "Alertmanager cannot be scraped either"},
        arrival=Arrival.AFTERWARDS,
        looks_back=5 * 60 + 2 * RESEND_SECONDS,  # only what it tries to send is dropped
    ),
    Fault(
        "PrometheusNotConnectedToAlertmanager",
        "Alertmanager is removed from the list of targets",
        _alertmanager_unknown,
        companions={"PrometheusAlertsNotDelivered": "alerts with nowhere to go are dropped"},
        arrival=Arrival.NEVER,
        extra=DISCOVERY_SECONDS,
    ),
    Fault(
        "AlertmanagerNotificationsFailing",
        "Slack refuses all messages, beginning with the notice of hostile archives",
        _slack_refuses,
        companions={"SuspiciousArchives": "the alert that Slack is to be sent"},
        without_slack=True,
    ),
    Fault(
        "PrometheusConfigReloadFailed",
        "a setting that Prometheus does not know is added, and SIGHUP is sent",
        _prometheus_misconfigured,
        companions=_AFTER_RELOAD,
    ),
    Fault(
        "AlertmanagerConfigReloadFailed",
        "a setting that Alertmanager does not know is added, and SIGHUP is sent",
        _alertmanager_misconfigured,
    ),
    Fault(
        "MonitoringTargetDown",
        "the second of two Alertmanagers is killed",
        _second_alertmanager_killed,
        place_of(Site(alertmanagers=2)),
    ),
)
