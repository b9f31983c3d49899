"""The real Prometheus and Alertmanager on free ports, ended by their process ids."""

import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import yaml

from tests.app.serving import DEADLINE_SECONDS, eventually, free_port
from tests.monitoring.rule_file import ROOT, RULES

NEEDS_PROGRAMS: Final = pytest.mark.skipif(
    not (shutil.which("prometheus") and shutil.which("prometheus-alertmanager")),
    reason="SKIPPED: prometheus and prometheus-alertmanager are not there (Debian packages)",
)


class Program:
    """A program that answers `/-/ready` at its port once it serves."""

    def __init__(self, folder: Path, port: int, *command: str) -> None:
        self.port = port
        self._command = command
        self._log = folder / f"{command[0]}.log"
        self.start()

    def start(self) -> None:
        """Start it, or start it again with the data that it has."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)
        eventually(self._is_ready, f"{self._command[0]} is ready")

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self._log.read_text()
        try:
            return self.get("/-/ready").status_code == 200
        except httpx2.TransportError:
            return False

    def stop(self) -> None:
        """End it, and wait until it has written what it knows."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(DEADLINE_SECONDS)

    def get(self, path: str) -> httpx2.Response:
        """What it answers at a path."""
        return httpx2.get(f"http://127.0.0.1:{self.port}{path}")

    def asked(self, path: str) -> Any:
        """The data of an answer of Prometheus's API."""
        return self.get(f"/api/v1/{path}").json()["data"]


def start_prometheus(
    folder: Path, targets: dict[str, int], rules: Path = RULES, *flags: str
) -> Program:
    """A Prometheus with the project's configuration, but these ports, and intervals of a second."""
    port = free_port()
    ports = {**targets, "prometheus": port}
    config = yaml.safe_load((ROOT / "prometheus.yml").read_text())
    config["global"] |= {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(rules)]
    config["alerting"] = {"alertmanagers": [_static(ports.get("alertmanager", 9))]}
    for scraped in config["scrape_configs"]:
        for found in ("dns_sd_configs", "file_sd_configs", "static_configs"):
            scraped.pop(found, None)
        scraped.update({"scrape_interval": "1s", "scrape_timeout": "1s"})
        scraped.update(_static(ports[scraped["job_name"]]))
    written = folder / "prometheus.yml"
    written.write_text(yaml.safe_dump(config))
    return Program(
        folder,
        port,
        "prometheus",
        f"--config.file={written}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{port}",
        *flags,
    )


def _static(port: int) -> dict[str, Any]:
    return {"static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}


def start_alertmanager(folder: Path) -> Program:
    """An Alertmanager that notifies nobody."""
    port = free_port()
    config = folder / "alertmanager.yml"
    config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    return Program(
        folder,
        port,
        "prometheus-alertmanager",
        f"--config.file={config}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    )
