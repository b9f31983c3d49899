"""What `make monitoring` runs, on which ports and with which files."""

import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitoring import configs, relocation
from monitoring.programs import Alertmanager, Program, Prometheus
from monitoring.service_command import serving

AS_DEPLOYED: Final = (
    "--storage.tsdb.retention.time=30d",
    "--storage.tsdb.retention.size=4GB",
    "--rules.alert.for-grace-period=30s",
)
"""Prometheus's flags that docker-compose.yml has too, with the reasons for them."""

_OTHER_PORTS: Final = (
    "stop what listens there, or choose others with PORT, PROMETHEUS_PORT and ALERTMANAGER_PORT,"
    " as in `make monitoring PROMETHEUS_PORT=9091`"
)

_SERVICE_STOP_SECONDS: Final = 60.0
"""Conversions get 20 seconds to finish, SHUTDOWN_GRACE_SECONDS, and downloads 30 after them."""


@dataclass(frozen=True)
class Setup:
    """Data, secrets and ports of all three; by default the ports are those of the shipped files."""

    data: Path
    secrets: Path = configs.SECRETS
    service_port: int = 8000
    prometheus_port: int = 9090
    alertmanager_port: int = 9093

    @property
    def ports(self) -> dict[str, int]:
        """The port of each, by the name of its job in Prometheus."""
        return {
            "docc2context": self.service_port,
            "prometheus": self.prometheus_port,
            "alertmanager": self.alertmanager_port,
        }


def unusable_ports(ports: dict[str, int]) -> list[str]:
    """A sentence for each port that cannot be listened on, and then one on what to do."""
    sentences = []
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                # With SO_REUSEADDR two sockets may share a port, but only one may listen.
                probe.listen()
            except OSError as error:
                sentences.append(f"port {port}, for {name}, cannot be used: {error.strerror}")
    return [*sentences, _OTHER_PORTS] if sentences else []


def unusable_folder(folder: Path) -> list[str]:
    """Make a folder, and those above it; a sentence if that, or writing to it, cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return [f"{folder} cannot be used: {error.strerror}"]
    return []


def prometheus_file(setup: Setup) -> Path:
    """prometheus.yml, or a copy for other ports."""
    if setup.ports == Setup(setup.data).ports:
        return configs.PROMETHEUS
    targets = setup.data / "targets"
    targets.mkdir(exist_ok=True)
    for name in ("docc2context", "alertmanager"):
        address = f"localhost:{setup.ports[name]}"
        (targets / f"{name}.yml").write_text(f'- targets: ["{address}"]\n', encoding="utf-8")
    config = relocation.prometheus(
        configs.load(configs.PROMETHEUS),
        own=f"localhost:{setup.prometheus_port}",
        targets=targets,
    )
    return configs.write(config, setup.data / "prometheus.yml")


def alertmanager_file(setup: Setup) -> Path:
    """alertmanager.yml, or a copy that reads the secrets of another folder."""
    if setup.secrets == configs.SECRETS:
        return configs.ALERTMANAGER
    config = relocation.alertmanager(
        configs.load(configs.ALERTMANAGER), secrets=setup.secrets, addresses={}
    )
    return configs.write(config, setup.data / "alertmanager.yml")


def all_three(setup: Setup) -> list[Program]:
    """The programs, in the order in which they start.

    Raises ProgramMissing and configs.NoSettings.
    """
    flags = ("--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "30")
    return [
        Program(
            serving("app.main:app", setup.service_port, *flags),
            setup.service_port,
            setup.data / "docc2context.log",
            ready="/health",
            stop_seconds=_SERVICE_STOP_SECONDS,
        ),
        Alertmanager(
            setup.data,
            alertmanager_file(setup),
            f"--web.external-url=http://localhost:{setup.alertmanager_port}",
            port=setup.alertmanager_port,
        ),
        Prometheus(
            setup.data,
            prometheus_file(setup),
            f"--web.user-assets={configs.USER_ASSETS}",
            f"--web.external-url=http://localhost:{setup.prometheus_port}",
            *AS_DEPLOYED,
            port=setup.prometheus_port,
        ),
    ]
