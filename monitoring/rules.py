"""The content of alert_rules.yml, for everything that is made from it."""

from collections.abc import Iterator
from typing import Any

from monitoring.configs import Config

Rule = dict[str, Any]


def alerts(config: Config) -> Iterator[Rule]:
    """The alerting rules of a rule file, in order."""
    for group in config["groups"]:
        yield from (rule for rule in group["rules"] if "alert" in rule)


def playbook_of(rule: Rule) -> str:
    """The name of an alert's playbook, from the link to its page; without an ending."""
    url: str = rule["annotations"]["runbook_url"]
    return url.rsplit("/", 1)[1].removesuffix(".html")
