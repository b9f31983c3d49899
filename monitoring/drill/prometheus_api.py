"""What a Prometheus says when it is asked."""

from typing import Any

import httpx2


class PrometheusApi:
    """Asks the Prometheus at an address. Raises httpx2.HTTPError if it has no answer to give."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.Client(base_url=url, timeout=10)

    def close(self) -> None:
        """Keep no connection to it."""
        self._client.close()

    def alerts(self) -> dict[str, str]:
        """`pending` or `firing` by an alert's name: firing if one of that name is."""
        alerts = self._data("alerts")["alerts"]
        firing_last = sorted(alerts, key=lambda alert: alert["state"] == "firing")
        return {one["labels"]["alertname"]: one["state"] for one in firing_last}

    def query(self, expression: str) -> list[float]:
        """The values of an instant query."""
        return [
            float(series["value"][1]) for series in self._data("query", query=expression)["result"]
        ]

    def rule_groups(self) -> list[dict[str, Any]]:
        """As in https://prometheus.io/docs/prometheus/2.53/querying/api/#rules."""
        groups: list[dict[str, Any]] = self._data("rules")["groups"]
        return groups

    def _data(self, path: str, **parameters: str) -> dict[str, Any]:
        answer = self._client.get(f"/api/v1/{path}", params=parameters).raise_for_status()
        data: dict[str, Any] = answer.json()["data"]
        return data
