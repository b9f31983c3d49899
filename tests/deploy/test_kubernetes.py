"""The example for Kubernetes: valid, and of one mind with the image and the settings."""

import re
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from app.api import disk_checks
from app.api.routes import health
from app.core.config import Settings
from monitoring import configs, kubernetes
from monitoring.programs import ProgramMissing, installed

FOLDER = configs.ROOT / "deploy/kubernetes"
RESOURCES: list[dict[str, Any]] = list(
    yaml.safe_load_all((FOLDER / "docc2context.yml").read_text())
)
VERSIONS = ("1.29", "1.37")
"""From the oldest that is likely to be met to the newest that has a schema."""


def resource(kind: str) -> dict[str, Any]:
    (found,) = [one for one in RESOURCES if one["kind"] == kind]
    return found


def pod() -> dict[str, Any]:
    spec: dict[str, Any] = resource("Deployment")["spec"]["template"]["spec"]
    return spec


def container() -> dict[str, Any]:
    (only,) = pod()["containers"]
    return dict(only)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["Deployment", "Service", "PodDisruptionBudget"])
def test_a_resource_is_what_kubernetes_takes(kind: str, version: str) -> None:
    kubernetes_validate.validate(resource(kind), version, strict=True)


def test_every_selector_finds_the_pods() -> None:
    labels = resource("Deployment")["spec"]["template"]["metadata"]["labels"]
    monitor = yaml.safe_load((FOLDER / "pod-monitor.yml").read_text())["spec"]["selector"]
    selectors = [
        resource("Deployment")["spec"]["selector"]["matchLabels"],
        resource("Service")["spec"]["selector"],
        resource("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        monitor["matchLabels"],
    ]
    assert selectors == [labels] * 4


def test_only_the_probe_that_restarts_nothing_asks_whether_conversions_succeed() -> None:
    asked = {
        name: container()[name]["httpGet"]["path"]
        for name in ("startupProbe", "readinessProbe", "livenessProbe")
    }
    live, ready = health.PATHS
    assert asked == {"startupProbe": live, "readinessProbe": ready, "livenessProbe": live}


def test_the_probe_waits_until_readiness_has_told_of_a_disk_that_hangs() -> None:
    assert container()["readinessProbe"]["timeoutSeconds"] > disk_checks.PATIENCE_SECONDS


def test_as_many_conversions_run_at_once_as_cpus_and_memory_allow() -> None:
    (slots,) = [one["value"] for one in container()["env"] if one["name"] == "CONVERSION_SLOTS"]
    limits = container()["resources"]["limits"]
    each = Settings.model_fields["conversion_memory_bytes"].default
    assert slots == limits["cpu"]
    assert int(limits["memory"].removesuffix("Mi")) * 1024**2 > int(slots) * each


def test_the_settings_in_comments_can_be_taken_out_of_them() -> None:
    text = (FOLDER / "docc2context.yml").read_text()
    uncommented = re.sub(r"(?m)^( {12})# (?=- |  )", r"\1", text)
    deployment = next(yaml.safe_load_all(uncommented))
    kubernetes_validate.validate(deployment, VERSIONS[-1], strict=True)
    variables = {
        one["name"]: one for one in deployment["spec"]["template"]["spec"]["containers"][0]["env"]
    }

    assert variables.keys() - {one["name"] for one in container()["env"]} == {
        "METRICS_TOKEN",
        "RATE_LIMIT_STORE",
        "TRUSTED_PROXIES",
    }
    assert {name.lower() for name in variables} <= Settings.model_fields.keys()
    monitor = (FOLDER / "pod-monitor.yml").read_text()
    secret = variables["METRICS_TOKEN"]["valueFrom"]["secretKeyRef"]
    assert re.findall(r"# +(name|key): (.+)", monitor) == list(secret.items())


def test_the_operators_rules_are_made_from_ours() -> None:
    assert kubernetes.FILE.read_text() == kubernetes.text(), "run `make kubernetes`"


def test_promtool_takes_the_operators_rules(tmp_path: Path) -> None:
    try:
        promtool = installed("promtool", package="prometheus")
    except ProgramMissing as missing:
        pytest.skip(f"SKIPPED: {missing}")
    groups = yaml.safe_load(kubernetes.FILE.read_text())["spec"]
    file = configs.write(groups, tmp_path / "rules.yml")

    done = subprocess.run(
        [promtool, "check", "rules", file], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    ours = sum(len(group["rules"]) for group in configs.load(configs.RULES)["groups"])
    assert f"{ours} rules found" in done.stdout


def test_the_operator_scrapes_as_prometheus_yml_does() -> None:
    (endpoint,) = yaml.safe_load((FOLDER / "pod-monitor.yml").read_text())["spec"][
        "podMetricsEndpoints"
    ]
    (job,) = [
        one
        for one in configs.load(configs.PROMETHEUS)["scrape_configs"]
        if one["job_name"] == "docc2context"
    ]
    assert (endpoint["interval"], endpoint["scrapeTimeout"]) == (
        job["scrape_interval"],
        job["scrape_timeout"],
    )
    assert {"targetLabel": "job", "replacement": job["job_name"]} in endpoint["relabelings"]
