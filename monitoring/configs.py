"""The configuration files of Prometheus and Alertmanager: where they are, reading and writing."""

from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[1]
PROMETHEUS: Final = ROOT / "prometheus.yml"
RULES: Final = ROOT / "alert_rules.yml"
ALERTMANAGER: Final = ROOT / "alertmanager.yml"
TEMPLATES: Final = ROOT / "monitoring/alertmanager/*.tmpl"
USER_ASSETS: Final = ROOT / "monitoring/user-assets"

SECRETS: Final = Path("/etc/alertmanager/secrets")
"""Where alertmanager.yml looks for addresses and keys."""

Config = dict[str, Any]


class NoSettings(Exception):
    """A file holds no settings that can be read; the message names it, and the line of a fault."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path}: {why}")


def load(path: Path) -> Config:
    """A YAML file of settings. Raises NoSettings."""
    try:
        config: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise NoSettings(path, error) from error
    if not isinstance(config, dict):
        raise NoSettings(path, "it holds no settings")
    return config


def write(config: Config, path: Path) -> Path:
    """Write a configuration as YAML; return the path, for convenience."""
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path
