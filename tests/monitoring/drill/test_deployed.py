from pathlib import Path

import pytest

from monitoring.configs import RULES
from monitoring.drill.bounds import Timing, timings_of
from monitoring.drill.configuration import Configurations
from monitoring.drill.deployed import Deployed, RuleMissing
from tests.monitoring.instances import NEEDS_PROGRAMS, prometheus_of

ELSEWHERE = "http://127.0.0.1:9"


@NEEDS_PROGRAMS
def test_a_running_prometheus_tells_of_each_alert_what_its_files_say(tmp_path: Path) -> None:
    every_second = {"global": {"evaluation_interval": "1s"}}
    in_files = timings_of(Configurations(RULES.read_text(), every_second, {}, factor=1))

    targets = dict.fromkeys(("docc2context", "alertmanager"), 9)
    with (
        prometheus_of(tmp_path, targets) as prometheus,
        Deployed(ELSEWHERE, prometheus.url, ELSEWHERE) as deployed,
    ):
        assert {alert: deployed.timing(alert) for alert in in_files} == in_files
        with pytest.raises(RuleMissing, match="no rule Unheard"):
            deployed.timing("Unheard")


@NEEDS_PROGRAMS
def test_a_rule_there_may_lack_our_labels_and_times(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(
        "groups: [{name: theirs, rules: [{alert: Theirs, expr: 'rate(a_total[5m]) > 0'}]}]"
    )
    targets = dict.fromkeys(("docc2context", "alertmanager"), 9)

    with (
        prometheus_of(tmp_path, targets, rules=rules) as prometheus,
        Deployed(ELSEWHERE, prometheus.url, ELSEWHERE) as deployed,
    ):
        timing = deployed.timing("Theirs")

    assert timing == Timing(severity="", range=300, hold=0, keep=0, interval=1)
