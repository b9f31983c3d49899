"""Whoever stops the service waits for all that it does before it ends."""

import re

import yaml

from app.core.config import Settings
from monitoring import local_setup
from monitoring.configs import ROOT

CONVERSIONS = int(Settings.model_fields["shutdown_grace_seconds"].default)
TO_SPARE = 5
"""For what is ended when its time is over, the forkserver and the tasks beside the requests."""


def number(file: str, pattern: str) -> int:
    """What stands in the file in place of the one group of the pattern."""
    (found,) = re.findall(pattern, (ROOT / file).read_text())
    return int(found)


DOWNLOADS = number("Dockerfile", r'"--timeout-graceful-shutdown", "(\d+)"')


def test_downloads_have_the_same_time_however_the_service_is_started() -> None:
    option = r"--timeout-graceful-shutdown\W+(\d+)"
    assert number("Makefile", option) == DOWNLOADS
    assert number("monitoring/local_setup.py", option) == DOWNLOADS


def compose_waits() -> int:
    service = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["docc2context"]
    return int(service["stop_grace_period"].removesuffix("s"))


def kubernetes_waits() -> int:
    """For the service itself: preStop takes a part of the time."""
    text = (ROOT / "deploy/kubernetes/docc2context.yml").read_text()
    pod = next(yaml.safe_load_all(text))["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    (before,) = re.findall(
        r"time\.sleep\((\d+)\)", container["lifecycle"]["preStop"]["exec"]["command"][-1]
    )
    return int(pod["terminationGracePeriodSeconds"]) - int(before)


def test_no_one_kills_it_before_conversions_and_downloads_have_had_their_time() -> None:
    waits = {
        "docker stop": number("Dockerfile", r"give `docker stop` (\d+)"),
        "docker run": number("DOCS/DEPLOYMENT.md", r"--stop-timeout (\d+)"),
        "Compose": compose_waits(),
        "Kubernetes": kubernetes_waits(),
        "make monitoring": local_setup._SERVICE_STOP_SECONDS,
    }
    needed = CONVERSIONS + DOWNLOADS + TO_SPARE
    assert {stopper: wait for stopper, wait in waits.items() if wait < needed} == {}


def test_the_times_that_comments_and_pages_tell_are_the_real_ones() -> None:
    assert number("DOCS/SERVICE.md", r"graceful-shutdown`, (\d+) seconds in") == DOWNLOADS
    assert number("DOCS/DEPLOYMENT.md", r"downloads, for up to (\d+) seconds") == DOWNLOADS
    assert number("DOCS/DEPLOYMENT.md", r"`SHUTDOWN_GRACE_SECONDS` above (\d+)") == CONVERSIONS
    assert number("monitoring/local_setup.py", r"Conversions get (\d+) seconds") == CONVERSIONS
    assert number("monitoring/local_setup.py", r"and downloads (\d+) after") == DOWNLOADS
