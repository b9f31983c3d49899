"""The Prometheus and the Alertmanagers of a drill: the shipped configuration, at its own addresses.

Each runs in the drill's folder on a free port.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

from monitoring import configs, relocation
from monitoring.drill.compress import duration
from monitoring.drill.configuration import Configurations
from monitoring.programs import Alertmanager, Prometheus, free_port
from monitoring.receiver import Receiver

HEARTBEAT_TOKEN: Final = "drill"  # noqa: S105  # no secret

RULES: Final = "alert_rules.yml"
"""The rules, in the drill's folder: they may be changed there."""

LOOKBACK_SECONDS: Final = 5 * 60
"""The time, not yet shortened, for which Prometheus takes a sample as current: its own default."""

RESEND_SECONDS: Final = 60
"""The time, not yet shortened, after which Prometheus sends an alert again: its own default."""


class Targets:
    """The files from which Prometheus learns what it scrapes, and where it sends alerts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder

    def set_services(self, addresses: Sequence[str]) -> None:
        """Make Prometheus scrape the services at these addresses and no other."""
        self._write("docc2context.yml", addresses)

    def set_alertmanagers(self, addresses: Sequence[str]) -> None:
        """Make Prometheus scrape these Alertmanagers, and send alerts to them."""
        self._write("alertmanager.yml", addresses)

    def _write(self, name: str, addresses: Sequence[str]) -> None:
        """Write atomically, because Prometheus reads the file whenever it changes."""
        file = self.folder / name
        new = file.with_suffix(".new")
        targets = ", ".join(f'"{address}"' for address in addresses)
        new.write_text(f"- targets: [{targets}]\n")
        new.rename(file)


def prometheus_of(
    folder: Path, configurations: Configurations, targets: Targets, flags: Sequence[str]
) -> Prometheus:
    """A Prometheus that serves the playbooks too; its own times are shortened like the others."""
    port = free_port()
    rules = folder / RULES
    rules.write_text(configurations.rules)
    config = relocation.prometheus(
        configurations.prometheus,
        own=f"127.0.0.1:{port}",
        targets=targets.folder,
        rules=rules,
    )
    factor = configurations.factor
    return Prometheus(
        folder,
        configs.write(config, folder / "prometheus.yml"),
        f"--web.external-url=http://127.0.0.1:{port}",
        f"--web.user-assets={configs.USER_ASSETS}",
        f"--query.lookback-delta={duration(Fraction(LOOKBACK_SECONDS, factor))}",
        f"--rules.alert.resend-delay={duration(Fraction(RESEND_SECONDS, factor))}",
        *flags,
        port=port,
    )


def alertmanager_of(
    folder: Path, configurations: Configurations, receiver: Receiver
) -> Alertmanager:
    """An Alertmanager that sends everything to the receiver, in a folder within the drill's."""
    port = free_port()
    home = folder / f"alertmanager-{port}"
    config = relocation.alertmanager(
        configurations.alertmanager,
        secrets=_secrets(home / "secrets", receiver),
        addresses={
            "url": receiver.url("heartbeat"),
            "pagerduty_url": receiver.url("pagerduty"),
        },
    )
    return Alertmanager(
        home,
        configs.write(config, home / "alertmanager.yml"),
        f"--web.external-url=http://127.0.0.1:{port}",
        port=port,
    )


def _secrets(folder: Path, receiver: Receiver) -> Path:
    """Write the files that alertmanager.yml names; return their folder."""
    folder.mkdir(parents=True)
    contents = {
        "slack_critical_url": receiver.url("slack", "#critical-alerts"),
        "slack_alerts_url": receiver.url("slack", "#alerts"),
        "pagerduty_routing_key": "drill",
        "heartbeat_token": HEARTBEAT_TOKEN,
    }
    for name, content in contents.items():
        (folder / name).write_text(content)
    return folder
