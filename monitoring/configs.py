"""The configuration files of Prometheus and Alertmanager: where they are, reading and writing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.composer import ComposerError

ROOT: Final = Path(__file__).parents[1]
PROMETHEUS: Final = ROOT / "prometheus.yml"
RULES: Final = ROOT / "alert_rules.yml"
ALERTMANAGER: Final = ROOT / "alertmanager.yml"
TEMPLATES: Final = ROOT / "monitoring/alertmanager/*.tmpl"
USER_ASSETS: Final = ROOT / "monitoring/user-assets"

SECRETS: Final = Path("/etc/alertmanager/secrets")
"""Where alertmanager.yml looks for addresses and keys."""

Config = dict[str, Any]


TOO_DEEP: Final = "it is nested too deeply, or contains itself"
"""What is wrong with a file if reading it takes more frames than there are."""


class NoSettings(Exception):
    """A file holds no settings that can be read; the message names it, and the line of a fault."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path}: {why}")


_MERGE: Final = "tag:yaml.org,2002:merge"


class _AsWritten(yaml.SafeLoader):
    """Takes nothing for what it looks like, or is tagged as, except for null and `<<`.

    Like Alertmanager, and unlike PyYAML, it does not take a key that is given twice, but for `<<`.
    """

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """An object with each key once. Raises yaml.YAMLError."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
                continue
            if key.value in seen:
                fault = f"`{key.value}` is set twice in one object"
                raise ComposerError(None, None, fault, key.start_mark)
            seen.add(key.value)
        return node

    def text(self, node: yaml.ScalarNode) -> str:
        """A scalar's characters."""
        return str(self.construct_scalar(node))


for _kind in ("bool", "int", "float", "timestamp", "value"):
    _AsWritten.add_constructor(f"tag:yaml.org,2002:{_kind}", _AsWritten.text)


def as_written(text: str) -> Any:
    """What a YAML text holds, with numbers, dates and the like as the texts that stand there.

    Alertmanager reads them so where it takes a text: a receiver may be called `2020-01-01`.

    >>> as_written("{name: 2020-01-01, slack_configs: null}")
    {'name': '2020-01-01', 'slack_configs': None}
    """
    return yaml.load(text, _AsWritten)  # noqa: S506  # derived from a safe one


def load(path: Path, parse: Callable[[str], Any] = yaml.safe_load) -> Config:
    """A YAML file of settings. Raises NoSettings."""
    try:
        config: object = parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise NoSettings(path, error) from error
    except RecursionError as error:
        raise NoSettings(path, TOO_DEEP) from error
    if not isinstance(config, dict):
        raise NoSettings(path, "it holds no settings")
    return config


def write(config: Config, path: Path) -> Path:
    """Write a configuration as YAML; return the path, for convenience."""
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path
