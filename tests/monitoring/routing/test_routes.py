"""Who is told of which alert, asked of amtool."""

import subprocess
from pathlib import Path

import pytest
import yaml

from monitoring import configs
from monitoring.preflight import findings
from tests.monitoring import rule_file
from tests.monitoring.routing.alerting import NEEDS_AMTOOL

pytestmark = NEEDS_AMTOOL

EXCEPTIONS = {"AlertmanagerNotificationsFailing": "critical"}
"""A warning that Slack fails has to go by more than Slack."""

RECEIVERS = {"critical": "critical", "warning": "warning", "none": "heartbeat"}


def alerts() -> dict[str, str]:
    """The severity of each alert of the rules."""
    return {name: rule["labels"]["severity"] for name, rule in rule_file.alerts().items()}


def amtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["amtool", *arguments], capture_output=True, text=True, check=False)


def receiver_of(*labels: str) -> str:
    file = f"--config.file={configs.ALERTMANAGER}"
    return amtool("config", "routes", "test", file, *labels).stdout.strip()


def test_the_configuration_and_its_templates_are_valid() -> None:
    checked = amtool("check-config", str(configs.ALERTMANAGER))
    assert (checked.returncode, checked.stdout.count("SUCCESS")) == (0, 2)


@pytest.mark.parametrize(
    ("way", "files"),
    [
        ("pagerduty_configs", {"pagerduty_routing_key"}),
        ("webhook_configs", {"heartbeat_token"}),
        ("slack_configs", {"slack_alerts_url", "slack_critical_url"}),
    ],
)
def test_without_a_way_the_file_is_valid_and_its_secrets_are_not_missed(
    tmp_path: Path, way: str, files: set[str]
) -> None:
    config = configs.load(configs.ALERTMANAGER)
    for receiver in config["receivers"]:
        receiver.pop(way, None)
    file = configs.write(config, tmp_path / "alertmanager.yml")

    assert amtool("check-config", str(file)).returncode == 0
    with_it, without = (
        {Path(one.setting).name for one in findings(content, tmp_path, configs.ROOT)}
        for content in (configs.load(configs.ALERTMANAGER), config)
    )
    assert files <= with_it
    assert not files & without


@pytest.mark.parametrize(("alertname", "severity"), alerts().items())
def test_each_alert_goes_by_its_severity(alertname: str, severity: str) -> None:
    told = receiver_of(f"alertname={alertname}", f"severity={severity}", "job=docc2context")
    assert told == EXCEPTIONS.get(alertname, RECEIVERS[severity])


def test_what_has_no_severity_is_told_all_the_same() -> None:
    assert receiver_of("alertname=SomebodyElses") == "default"


def test_the_times_are_those_of_the_design() -> None:
    root = configs.load(configs.ALERTMANAGER)["route"]
    times = ("group_wait", "group_interval", "repeat_interval")
    inherited = {key: root[key] for key in times}
    of = {
        route["receiver"] + str(len(route["matchers"])): inherited | route
        for route in root["routes"]
        if "AlertmanagerNotificationsFailing" not in route["matchers"][0]
    }
    assert [inherited[key] for key in times] == ["30s", "5m", "12h"]
    assert [of["critical1"][key] for key in times] == ["10s", "5m", "1h"]
    assert [of["warning1"][key] for key in times] == ["30s", "5m", "4h"]


def test_every_receiver_but_the_heartbeat_tells_of_the_end() -> None:
    receivers = configs.load(configs.ALERTMANAGER)["receivers"]
    told = {
        (receiver["name"], one["send_resolved"])
        for receiver in receivers
        for key, ways in receiver.items()
        if key.endswith("_configs")
        for one in ways
    }
    assert told == {
        ("default", True),
        ("critical", True),
        ("warning", True),
        ("heartbeat", False),
    }


def test_a_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    text = configs.ALERTMANAGER.read_text()
    file.write_text(text.replace("group_interval: 5m", "group_intervall: 5m"))
    checked = amtool("check-config", str(file))

    (line,) = [
        number
        for number, words in enumerate(file.read_text().splitlines(), 1)
        if "group_intervall" in words
    ]
    assert checked.returncode == 1
    assert f"line {line}: field group_intervall not found" in checked.stdout + checked.stderr


def test_inhibited_alerts_exist_and_none_is_hidden_by_itself() -> None:
    known = set(alerts())
    for rule in configs.load(configs.ALERTMANAGER)["inhibit_rules"]:
        (source,) = [yaml.safe_load(one.partition("=")[2]) for one in rule["source_matchers"]]
        assert source in known
        assert rule["equal"][0] == "job"
