"""What is shipped, made ready for a drill: times compressed, addresses of this machine.

Rules, routes and templates stay as they are. Replicas are found by the targets' files, as on any
machine without Compose; names in DNS are not asked for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from monitoring.drill.compress import compress
from monitoring.receiver import Receiver

ROOT: Final = Path(__file__).parents[2]
SECRETS: Final = "/etc/alertmanager/secrets/"
TEMPLATES: Final = "/etc/alertmanager/monitoring/alertmanager/"
HEARTBEAT_TOKEN: Final = "drill"


@dataclass(frozen=True)
class Shipped:
    """The three files as they are in the repository, with compressed times."""

    rules: str
    prometheus: str
    alertmanager: str


def shipped(factor: int) -> Shipped:
    """Read them. Raises ValueError for a factor that does not divide all times."""
    names = ("alert_rules.yml", "prometheus.yml", "alertmanager.yml")
    return Shipped(*(compress((ROOT / name).read_text(), factor) for name in names))


def prometheus_config(text: str, *, own_address: str) -> str:
    """For Prometheus in a folder of its own, with the targets' files below it."""
    config: dict[str, Any] = yaml.safe_load(text)
    for found in [*config["scrape_configs"], *config["alerting"]["alertmanagers"]]:
        found.pop("dns_sd_configs", None)
        for static in found.get("static_configs", []):
            static["targets"] = [own_address]
    return yaml.safe_dump(config, sort_keys=False)


def alertmanager_config(text: str, *, secrets: Path, heartbeat_url: str, pagerduty_url: str) -> str:
    """For Alertmanager with its secrets in a folder, and receivers that are not the real ones."""
    config: dict[str, Any] = yaml.safe_load(text)
    for receiver in config["receivers"]:
        for webhook in receiver.get("webhook_configs", []):
            webhook["url"] = heartbeat_url
        for pagerduty in receiver.get("pagerduty_configs", []):
            pagerduty["url"] = pagerduty_url
    config["templates"] = [
        str(ROOT / "monitoring/alertmanager" / Path(one).name) for one in config["templates"]
    ]
    return yaml.safe_dump(config, sort_keys=False).replace(SECRETS, f"{secrets}/")
