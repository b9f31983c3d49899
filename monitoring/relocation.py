"""The shipped configuration, for places other than the containers that it is written for.

Only addresses and paths are changed, so that what runs on one machine, in a test or in a drill is
what runs in production.
"""

from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import Any

from monitoring.configs import RULES, SECRETS, TEMPLATES, Config


def prometheus(config: Config, *, own: str, targets: Path, rules: Path = RULES) -> Config:
    """Prometheus at the address `own`, with targets from a folder's files and no DNS lookups.

    >>> before = {"scrape_configs": [{"static_configs": [{"targets": ["localhost:9090"]}]}]}
    >>> prometheus(before, own="127.0.0.1:1", targets=Path("/t"))["scrape_configs"]
    [{'static_configs': [{'targets': ['127.0.0.1:1']}]}]
    """

    def changed(key: str, value: Any) -> Any:
        match key:
            case "files":
                return [str(targets / Path(name).name) for name in value]
            case "targets":
                return [own]
            case _:
                return value

    moved: Config = _mapped(config, changed, left_out={"dns_sd_configs"})
    # An entry that had only DNS lookups has nothing left.
    managers = (moved.get("alerting") or {}).get("alertmanagers") or []
    managers[:] = [one for one in managers if one]
    return {**moved, "rule_files": [str(rules)]}


def alertmanager(config: Config, *, secrets: Path, addresses: Mapping[str, str]) -> Config:
    """Alertmanager with the files of another folder of secrets.

    `addresses` replaces addresses in the configuration, by the setting's name: `url` of the
    heartbeat, and `pagerduty_url`, where events go.
    """

    def changed(key: str, value: Any) -> Any:
        if key == "templates":
            return [str(TEMPLATES)]
        if key.endswith("_file") and Path(value).parent == SECRETS:
            return str(secrets / Path(value).name)
        return addresses.get(key, value)

    moved: Config = _mapped(config, changed)
    if "pagerduty_url" in addresses:
        moved["global"]["pagerduty_url"] = addresses["pagerduty_url"]
    return moved


def _mapped(node: Any, changed: Callable[[str, Any], Any], left_out: Container[str] = ()) -> Any:
    """The same tree with each key's value as returned by `changed`, without keys `left_out`."""
    match node:
        case dict():
            return {
                key: _mapped(changed(key, value), changed, left_out)
                for key, value in node.items()
                if key not in left_out
            }
        case list():
            return [_mapped(item, changed, left_out) for item in node]
        case _:
            return node
