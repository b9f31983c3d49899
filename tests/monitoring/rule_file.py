"""alert_rules.yml as the tests see it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
RULES: Final = ROOT / "alert_rules.yml"

Rule = dict[str, Any]
Groups = list[dict[str, Any]]


def read_yaml(path: Path) -> Any:
    """What a YAML file holds, by libyaml: the rules take the reader in Python 0.3 s each time."""
    return yaml.load(path.read_text(), yaml.CSafeLoader)


def groups(path: Path = RULES) -> Groups:
    """All groups of the file."""
    found: Groups = read_yaml(path)["groups"]
    return found


def rules(within: Groups) -> Iterator[Rule]:
    """All rules of these groups, in their order."""
    return (rule for group in within for rule in group["rules"])


def alerts() -> dict[str, Rule]:
    """The alerts by name."""
    return {rule["alert"]: rule for rule in rules(groups()) if "alert" in rule}


def records() -> dict[str, Rule]:
    """The recording rules by name."""
    return {rule["record"]: rule for rule in rules(groups()) if "record" in rule}


def left_out() -> dict[str, str]:
    """The requests that HighErrorRate and its like do not see: by label, the values as a regex."""
    counted = records()["job_status:http_requests:increase5m"]["expr"]
    matchers = re.findall(r'(\w+)(!=|!~)"([^"]+)"', counted)
    return {label: value if way == "!~" else re.escape(value) for label, way, value in matchers}


def readers(record: str) -> set[str]:
    """The alerts that a recorded series is for, by way of other recorded ones too."""
    using = [rule for rule in rules(groups()) if re.search(rf"{record}\b", rule["expr"])]
    direct = {rule["alert"] for rule in using if "alert" in rule}
    return direct.union(*(readers(rule["record"]) for rule in using if "record" in rule))
