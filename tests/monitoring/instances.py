"""Prometheus with the project's configuration, and an Alertmanager, at a test's pace."""

from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from monitoring import configs
from monitoring.programs import (
    Alertmanager,
    Program,
    ProgramMissing,
    Prometheus,
    free_port,
    require_watchers,
)


def _missing() -> str:
    """Which of the two are not installed, by whatever name; empty if both are."""
    try:
        require_watchers()
    except ProgramMissing as missing:
        return str(missing)
    return ""


NEEDS_PROGRAMS: Final = pytest.mark.skipif(bool(_missing()), reason=f"SKIPPED: {_missing()}")


def prometheus_of(
    folder: Path, targets: dict[str, int], *flags: str, rules: Path = configs.RULES
) -> Prometheus:
    """One with the project's configuration, but these ports, and intervals of a second."""
    port = free_port()
    ports = {**targets, "prometheus": port}
    config = configs.load(configs.PROMETHEUS)
    config["global"] |= {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(rules)]
    config["alerting"] = {"alertmanagers": [_static(ports.get("alertmanager", 9))]}
    for scraped in config["scrape_configs"]:
        for found in ("dns_sd_configs", "file_sd_configs", "static_configs"):
            scraped.pop(found, None)
        scraped.update({"scrape_interval": "1s", "scrape_timeout": "1s"})
        scraped.update(_static(ports[scraped["job_name"]]))
    written = configs.write(config, folder / "prometheus.yml")
    return Prometheus(folder, written, *flags, port=port)


def alertmanager_of(folder: Path) -> Alertmanager:
    """One that notifies nobody."""
    config = folder / "alertmanager.yml"
    config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    return Alertmanager(folder, config)


def fetched(program: Program, path: str) -> httpx2.Response:
    """What it answers at a path; to read certificates would take longer than to ask."""
    return httpx2.get(f"{program.url}{path}", follow_redirects=True, verify=False)


def asked(prometheus: Prometheus, path: str) -> Any:
    """The data of an answer of Prometheus's API."""
    return fetched(prometheus, f"/api/v1/{path}").json()["data"]


def _static(port: int) -> dict[str, Any]:
    return {"static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
