from contextlib import closing
from pathlib import Path

from monitoring.drill.prometheus_api import PrometheusApi
from monitoring.drill.waiting import Patience
from tests.monitoring.instances import NEEDS_PROGRAMS, prometheus_of

SECONDS = 30.0

RULES = """
groups:
  - name: theirs
    rules:
      - {alert: Earlier, expr: vector(1)}
      - {alert: Earlier, expr: vector(1), for: 1h}
      - {alert: Later, expr: vector(1), for: 1h}
      - {alert: Later, expr: vector(1)}
      - {alert: Neither, expr: vector(1), for: 1h}
"""


@NEEDS_PROGRAMS
def test_an_alert_that_is_firing_and_pending_counts_as_firing(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    targets = dict.fromkeys(("docc2context", "alertmanager"), 9)

    with (
        prometheus_of(tmp_path, targets, rules=rules) as prometheus,
        closing(PrometheusApi(prometheus.url)) as api,
    ):
        Patience().until(lambda: api.query("count(ALERTS)") == [5], SECONDS, "all are evaluated")
        found = api.alerts()

    assert found == {"Earlier": "firing", "Later": "firing", "Neither": "pending"}
