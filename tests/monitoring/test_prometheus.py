"""The real Prometheus takes the configuration, evaluates the rules, and survives a restart."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from monitoring.programs import Prometheus
from tests.app.serving import Server, eventually
from tests.monitoring.instances import NEEDS_PROGRAMS, alertmanager_of, asked, prometheus_of
from tests.monitoring.rule_file import ROOT, groups, rules
from tests.monitoring.rule_tests import NEEDS_PROMTOOL


@NEEDS_PROMTOOL
def test_promtool_finds_no_fault_in_the_configuration() -> None:
    checked = subprocess.run(
        ["promtool", "check", "config", "--lint-fatal", "prometheus.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


def fast_rules(folder: Path, down_after: str = "1m") -> Path:
    """The rules, evaluated each second; ServiceDown waits for so long."""
    path = folder / "rules.yml"
    fast = [{**group, "interval": "1s"} for group in groups()]
    for rule in rules(fast):
        if rule.get("alert") == "ServiceDown":
            rule["for"] = down_after
    path.write_text(yaml.safe_dump({"groups": fast}))
    return path


def health(prometheus: Prometheus) -> dict[str, str]:
    """How the last evaluation of each rule went."""
    found = asked(prometheus, "rules")["groups"]
    return {rule["name"]: rule["health"] for group in found for rule in group["rules"]}


@NEEDS_PROGRAMS
def test_every_rule_is_evaluated_against_the_real_service(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    alertmanager = alertmanager_of(tmp_path)
    ports = {"docc2context": start_server().port, "alertmanager": alertmanager.port}
    fast = fast_rules(tmp_path)
    with alertmanager, prometheus_of(tmp_path, ports, rules=fast) as prometheus:
        eventually(lambda: ups(prometheus) == {"1"}, "all three are scraped")
        eventually(lambda: set(health(prometheus).values()) == {"ok"}, "all rules are evaluated")
        eventually(lambda: firing(prometheus) == {"Watchdog"}, "alerts are evaluated")
        names = {rule.get("alert") or rule["record"] for rule in rules(groups())}
        assert health(prometheus).keys() == names


def ups(prometheus: Prometheus) -> set[str]:
    found = asked(prometheus, "query?query=up")["result"]
    return {one["value"][1] for one in found} if len(found) == 3 else set()


def firing(prometheus: Prometheus) -> set[str]:
    """The alerts that fire."""
    return {one["labels"]["alertname"] for one in alerts_of(prometheus) if one["state"] == "firing"}


def alerts_of(prometheus: Prometheus) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked(prometheus, "alerts")["alerts"]
    return found


def since(prometheus: Prometheus, name: str) -> str:
    """The second at which an alert has become active; nothing if it is not."""
    found = [one for one in alerts_of(prometheus) if one["labels"]["alertname"] == name]
    return str(found[0]["activeAt"]).partition(".")[0].removesuffix("Z") if found else ""


@NEEDS_PROGRAMS
def test_a_restart_of_prometheus_does_not_begin_the_wait_of_an_alert_anew(tmp_path: Path) -> None:
    # Prometheus restores what waits for at least the grace period, of ten minutes by default.
    targets = {"docc2context": 9, "alertmanager": 9}
    grace = "--rules.alert.for-grace-period=1s"
    fast = fast_rules(tmp_path, down_after="2s")
    with prometheus_of(tmp_path, targets, grace, rules=fast) as prometheus:
        eventually(lambda: "ServiceDown" in firing(prometheus), "ServiceDown fires")
        eventually(lambda: remembered(prometheus), "since when has been written")
        before = since(prometheus, "ServiceDown")
        prometheus.stop()
        prometheus.start()
        eventually(lambda: since(prometheus, "ServiceDown"), "ServiceDown is active again")
        eventually(
            lambda: since(prometheus, "ServiceDown") == before, f"it is active since {before}"
        )
        eventually(lambda: "ServiceDown" in firing(prometheus), "ServiceDown fires on")


def remembered(prometheus: Prometheus) -> bool:
    query = 'query?query=ALERTS_FOR_STATE{alertname="ServiceDown"}'
    return bool(asked(prometheus, query)["result"])
