"""A stack that runs elsewhere, in real time: what may be done to it, and what can be seen of it."""

from dataclasses import dataclass
from typing import Self

import httpx2

from monitoring.drill.bounds import Timing, looks_back
from monitoring.drill.prometheus_api import PrometheusApi
from monitoring.drill.service_process import CONVERT


class RuleMissing(Exception):
    """Prometheus there does not know the alert."""


@dataclass(frozen=True)
class Delivery:
    """What Alertmanager knows about an alert: whom it goes to, and its playbook."""

    receivers: tuple[str, ...]
    playbook: str


class Deployed:
    """The service, its Prometheus and its Alertmanager, each by its address.

    When left, no connection to them is kept.
    """

    def __init__(self, service: str, prometheus: str, alertmanager: str) -> None:
        self._service = httpx2.Client(base_url=service, timeout=60)
        self._prometheus = PrometheusApi(prometheus)
        self._alertmanager = httpx2.Client(base_url=alertmanager, timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in (self._service, self._prometheus, self._alertmanager):
            client.close()

    def put(self, archive: bytes) -> int:
        """Send an archive; return the status of the answer."""
        return self._service.put(CONVERT, content=archive).status_code

    def is_firing(self, alert: str) -> bool:
        """Whether it fires in Prometheus."""
        return self._prometheus.alerts().get(alert) == "firing"

    def delivery_of(self, alert: str) -> Delivery | None:
        """What Alertmanager does with it; None if it does not have it, or suppresses it."""
        answer = self._alertmanager.get(
            "/api/v2/alerts", params={"filter": f'alertname="{alert}"', "active": "true"}
        )
        found = [
            one for one in answer.raise_for_status().json() if one["status"]["state"] == "active"
        ]
        if not found:
            return None
        receivers = {receiver["name"] for one in found for receiver in one["receivers"]}
        return Delivery(tuple(sorted(receivers)), found[0]["annotations"].get("runbook_url", ""))

    def timing(self, alert: str) -> Timing:
        """What decides there when the alert fires and ends. Raises RuleMissing."""
        groups = self._prometheus.rule_groups()
        rules = {rule["name"]: (rule, group) for group in groups for rule in group["rules"]}
        if alert not in rules:
            raise RuleMissing(f"Prometheus there has no rule {alert}: give it alert_rules.yml")
        rule, group = rules[alert]
        expressions = {name: found[0]["query"] for name, found in rules.items()}
        return Timing(
            severity=rule["labels"].get("severity", ""),  # theirs may have none
            range=looks_back(rule["query"], expressions),
            hold=rule["duration"],
            keep=rule.get("keepFiringFor", 0),
            interval=group["interval"],
        )
