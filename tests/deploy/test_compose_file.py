"""The Compose files and the Dockerfile, as far as they can be judged without an engine."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.core.config import Settings
from monitoring import configs
from monitoring.local_setup import AS_DEPLOYED
from monitoring.preflight import EXAMPLE_HOST

ROOT = configs.ROOT
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def services(key: str) -> dict[str, Any]:
    """A setting of each service."""
    return {name: service.get(key) for name, service in SERVICES.items()}


def test_the_names_of_the_requirement_are_kept() -> None:
    assert {"docc2context", "prometheus", "alertmanager"} <= SERVICES.keys()
    assert COMPOSE["networks"].keys() == {"docc2context-network"}
    assert COMPOSE["volumes"].keys() == {"prometheus_data", "alertmanager_data", "workspace"}


def test_every_setting_can_be_made_but_those_of_the_volume_and_the_image() -> None:
    passed = SERVICES["docc2context"]["environment"].keys()
    settings = {name.upper() for name in Settings.model_fields}
    assert settings - passed == {"WORKSPACE_DIR", "BUILD_COMMIT"}
    assert passed <= settings


def test_nothing_is_named_so_that_only_one_of_it_could_be() -> None:
    assert set(services("container_name").values()) == {None}


def test_every_image_has_an_exact_version() -> None:
    tags = [image.rstrip("}").rpartition(":")[2] for image in services("image").values()]
    assert [tag for tag in tags if not re.fullmatch(r"v?\d+\.\d+\.\d+|local", tag)] == []
    assert re.search(r"^ARG PYTHON_IMAGE=python:\d+\.\d+\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE)


def test_the_base_image_is_the_same_in_both_files() -> None:
    (default,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", DOCKERFILE, re.MULTILINE)
    argument = SERVICES["docc2context"]["build"]["args"]["PYTHON_IMAGE"]
    assert argument == f"${{PYTHON_IMAGE:-{default}}}"


def test_the_docs_say_which_versions_are_pinned_without_having_been_tried() -> None:
    told = (ROOT / "DOCS/MONITORING.md").read_text()
    images = {name: SERVICES[name]["image"] for name in ("prometheus", "alertmanager")}
    versions = {name: image.rstrip("}").rpartition(":v")[2] for name, image in images.items()}
    sentence = (
        f"pins Prometheus {versions['prometheus']} and Alertmanager {versions['alertmanager']}."
    )
    assert sentence in told


def test_the_playbooks_say_what_the_service_gets_and_how_much_logs_may_take() -> None:
    memory, disk = (
        (ROOT / "DOCS/PLAYBOOKS" / name).read_text()
        for name in ("memory_exhaustion.md", "low_disk_space.md")
    )
    limit = int(SERVICES["docc2context"]["mem_limit"].removesuffix("m"))
    size, files = SERVICES["docc2context"]["logging"]["options"].values()
    megabytes = int(size.removesuffix("m"))

    assert f"(with Compose: over {limit * 90 // 100} of {limit} MiB)" in memory
    assert f"at {megabytes} MB and keeps {files} files" in disk
    assert f"over {megabytes * int(files)} MB" in disk


def test_prometheus_is_run_alike_with_compose_and_without() -> None:
    assert set(AS_DEPLOYED) <= set(SERVICES["prometheus"]["command"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert service["mem_limit"]
    assert [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")] == []
    assert not service.get("user", "1000").startswith("0")


def test_what_serves_is_watched_and_started_again() -> None:
    serving = {name for name, service in SERVICES.items() if "ports" in service}
    checked = {name for name, service in SERVICES.items() if "healthcheck" in service}
    assert serving == checked | {"docc2context"}  # whose check is in its image
    assert "HEALTHCHECK" in DOCKERFILE
    assert {SERVICES[name]["restart"] for name in serving} == {"unless-stopped"}


def test_as_many_conversions_run_at_once_as_cpus_and_memory_allow() -> None:
    service = SERVICES["docc2context"]
    slots = int(
        service["environment"]["CONVERSION_SLOTS"].removeprefix("${CONVERSION_SLOTS:-")[:-1]
    )
    each = Settings.model_fields["conversion_memory_bytes"].default
    assert slots == service["cpus"]
    assert int(service["mem_limit"].removesuffix("m")) * 1024**2 > slots * each


def test_retention_and_addresses_are_flags_of_prometheus() -> None:
    flags = SERVICES["prometheus"]["command"]
    assert {
        "--storage.tsdb.retention.time=30d",
        "--storage.tsdb.retention.size=4GB",
        "--web.user-assets=/etc/prometheus/user-assets",
        "--web.external-url=${PROMETHEUS_URL:-http://localhost:9090}",
    } <= set(flags)
    assert "--web.enable-lifecycle" not in flags  # whoever reaches the port could end it


def test_what_is_mounted_from_here_is_here() -> None:
    # The playbooks' folder is made by what renders them.
    sources = [
        volume.split(":")[0]
        for volumes in services("volumes").values()
        for volume in volumes or []
        if volume.startswith("./") and "user-assets" not in volume
    ]
    assert [source for source in sources if not (ROOT / source).exists()] == []


SECRETS = ("heartbeat_token", "pagerduty_routing_key", "slack_alerts_url", "slack_critical_url")


def said_before_the_start(folder: Path) -> tuple[int, list[str]]:
    """The exit code of the service `preflight` and its lines, with this in place of its folder."""
    (script,) = SERVICES["preflight"]["command"]
    here = script.replace("$$", "$").replace("/etc/alertmanager", str(folder))
    done = subprocess.run(["sh", "-c", here], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_all_that_is_not_yet_set_is_said_the_address_of_the_heartbeat_too(tmp_path: Path) -> None:
    shipped = configs.ALERTMANAGER.read_text()
    written = tmp_path / "alertmanager.yml"
    written.write_text(shipped.replace("/etc/alertmanager", str(tmp_path)))
    assert said_before_the_start(tmp_path) == (
        0,
        [
            *(f"not yet set: {tmp_path}/secrets/{name}" for name in SECRETS),
            f"not yet set: the heartbeat's address, in {written}",
        ],
    )

    (tmp_path / "secrets").mkdir()
    for name in SECRETS:
        (tmp_path / "secrets" / name).write_text("a key")
    mine = written.read_text().replace(f"//{EXAMPLE_HOST}/", "//alive.internal/")
    written.write_text(f"# in place of https://{EXAMPLE_HOST}/docc2context\n{mine}")
    assert said_before_the_start(tmp_path) == (0, [])


@pytest.mark.parametrize("file", ["secrets/slack_alerts_url", ".env"])
def test_no_secret_can_be_committed_or_get_into_the_image(file: str) -> None:
    asked = subprocess.run(["git", "check-ignore", "-q", file], cwd=ROOT, check=False)
    assert asked.returncode in {0, 128}  # 128: this is no work tree
    kept = (ROOT / ".dockerignore").read_text().split("\n")
    taken = {line for line in kept if line.startswith("!")}
    assert taken == {"!requirements.lock", "!app", "!docc2context"}


@pytest.mark.parametrize(
    "files",
    [["docker-compose.yml"], ["docker-compose.yml", "docker-compose.dev.yml"]],
    ids=["as deployed", "for developing"],
)
def test_docker_compose_takes_the_files(files: list[str]) -> None:
    if shutil.which("docker-compose") is None:
        pytest.skip("SKIPPED: docker-compose is not installed: apt-get install docker-compose")
    options = [word for file in files for word in ("-f", file)]
    command = ["docker-compose", *options, "--profile", "grafana", "config", "--quiet"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
