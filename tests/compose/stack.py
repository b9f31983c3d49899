"""The stack of docker-compose.yml, and what can be seen of it from this machine."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx2
import yaml

from tests.compose.engine import can_pull

ROOT: Final = Path(__file__).parents[2]
SERVICE: Final = "http://127.0.0.1:8000"
PROMETHEUS: Final = "http://127.0.0.1:9090"
ALERTMANAGER: Final = "http://127.0.0.1:9093"

PROJECT: Final = "docc2context-compose-test"
BUILD_SECONDS: Final = 900.0

_FILES: Final = ("docker-compose.yml", "tests/compose/limits.yml")

T = TypeVar("T")


def wait_for(look: Callable[[], T], what: str, seconds: float = 60.0) -> T:
    """Poll until `look()` gives something true, and return that. AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        try:
            seen = look()
        except httpx2.HTTPError:
            seen = None
        if seen:
            return seen
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)


def pinned(variable: str) -> str:
    """The image that docker-compose.yml has for `${VARIABLE:-image}`."""
    found = re.search(rf"\${{{variable}:-([^}}]+)}}", (ROOT / "docker-compose.yml").read_text())
    assert found is not None
    return found[1]


def compose_program() -> list[str]:
    """Compose v2, where the client has it, or else 1.29."""
    plugin = ["docker", "compose"]
    done = subprocess.run([*plugin, "version"], capture_output=True, check=False)
    return plugin if done.returncode == 0 else ["docker-compose"]


def builder() -> str:
    """Docker's switch for its newer builder, which is a plugin that Debian 12 does not have."""
    found = subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False)
    return "1" if found.returncode == 0 else "0"


class Stack:
    """A Compose project of its own; `folder` keeps what stand-ins are made of."""

    def __init__(self, variables: dict[str, str], folder: Path) -> None:
        self.environment = {
            **os.environ,
            **variables,
            "COMPOSE_PROJECT_NAME": PROJECT,
            "DOCC2CONTEXT_IMAGE": "docc2context-service:compose-test",
            "DOCC2CONTEXT_PORTS": "8000-8009",
            "DOCKER_BUILDKIT": builder(),
            "BUILD_COMMIT": "compose-test",
        }
        self._program = compose_program()
        self.real_images = all(
            can_pull(pinned(name), variables)
            for name in ("PYTHON_IMAGE", "PROMETHEUS_IMAGE", "ALERTMANAGER_IMAGE")
        )
        if not self.real_images:
            self._make_stand_ins(folder)

    def compose(self, *arguments: str, seconds: float = 180.0) -> str:
        """Run Compose on the project's files; its output. AssertionError with it if it fails."""
        files = [word for file in _FILES for word in ("-f", file)]
        return self._run([*self._program, *files], arguments, seconds)

    def docker(self, *arguments: str, seconds: float = 120.0) -> str:
        """Run `docker`; its output. AssertionError with it if it fails."""
        return self._run(["docker"], arguments, seconds)

    def shell(self, line: str) -> str:
        """Run a line of a playbook; its output. AssertionError with it if it fails."""
        here = line.replace("docker compose", " ".join(self._program))
        return self._run(["sh", "-c"], (here,), 60)

    def containers(self, service: str) -> list[str]:
        """The ids of a service's containers, those that have ended too."""
        return self._of_project(
            "ps", "--all", f"--filter=label=com.docker.compose.service={service}"
        )

    def left(self) -> dict[str, list[str]]:
        """What the engine still has of the project."""
        return {
            "containers": self._of_project("ps", "--all"),
            "volumes": self._of_project("volume", "ls"),
            "networks": self._of_project("network", "ls"),
        }

    def inspect(self, container: str) -> dict[str, Any]:
        """All that the engine knows of a container."""
        (found,) = json.loads(self.docker("inspect", container))
        return dict(found)

    def is_healthy(self, service: str, replicas: int = 1) -> bool:
        """Whether that many containers of the service run, and all are healthy."""
        states = [self.inspect(one)["State"] for one in self.containers(service)]
        healthy = [one for one in states if one.get("Health", {}).get("Status") == "healthy"]
        return len(states) == len(healthy) == replicas

    def execute(self, container: str, *command: str) -> str:
        """Run a program in a container; its output."""
        return self.docker("exec", container, *command)

    def logs(self, container: str) -> str:
        """All that a container has written, to standard error too."""
        command = ["docker", "logs", container]
        done = subprocess.run(command, env=self.environment, capture_output=True, check=True)
        return (done.stdout + done.stderr).decode()

    def forget(self, service: str, volume: str) -> None:
        """Remove a service's containers, and the volume that has its data."""
        self.compose("rm", "--stop", "--force", service)
        self.docker("volume", "rm", f"{PROJECT}_{volume}")

    def one_replica(self) -> None:
        """Start the stack as it is by default."""
        del self.environment["DOCC2CONTEXT_PORTS"]
        self.compose("up", "-d", "--scale", "docc2context=1")

    def _of_project(self, *listing: str) -> list[str]:
        label = f"--filter=label=com.docker.compose.project={PROJECT}"
        return self.docker(*listing, "--quiet", label).split()

    def _make_stand_ins(self, folder: Path) -> None:
        missing = [
            program
            for program in ("debootstrap", "busybox", "prometheus", "prometheus-alertmanager")
            if shutil.which(program) is None
        ]
        if missing:
            raise StandInsMissing(f"no image registry answers, and {', '.join(missing)} is missing")
        self._run(["sh", "tests/compose/stand_ins.sh"], (str(folder),), BUILD_SECONDS)
        for name in ("PYTHON", "PROMETHEUS", "ALERTMANAGER"):
            self.environment[f"{name}_IMAGE"] = f"stand-in/{name.lower()}:1"

    def _run(self, command: list[str], arguments: tuple[str, ...], seconds: float) -> str:
        done = subprocess.run(
            [*command, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, (
            f"{command[0]} {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        )
        return done.stdout


class StandInsMissing(Exception):
    """The base images can neither be pulled nor be made; the message says what is missing."""


def values(query: str) -> dict[str, float]:
    """What Prometheus answers, by instance, or else by alert name; without either by ``."""
    answer = httpx2.get(f"{PROMETHEUS}/api/v1/query", params={"query": query}).json()
    return {
        one["metric"].get("instance", one["metric"].get("alertname", "")): float(one["value"][1])
        for one in answer["data"]["result"]
    }


def alerts_of_prometheus() -> dict[str, str]:
    """The states of alerts, pending and firing, by name."""
    answer = httpx2.get(f"{PROMETHEUS}/api/v1/alerts").json()
    return {one["labels"]["alertname"]: one["state"] for one in answer["data"]["alerts"]}


def alerts_of_alertmanager() -> set[str]:
    """The names of the alerts that Alertmanager has."""
    answer = httpx2.get(f"{ALERTMANAGER}/api/v2/alerts").json()
    return {one["labels"]["alertname"] for one in answer}


def limits() -> dict[str, Any]:
    """What tests/compose/limits.yml gives the service."""
    text = (ROOT / "tests/compose/limits.yml").read_text()
    return dict(yaml.safe_load(text)["services"]["docc2context"])
