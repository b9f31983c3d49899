"""What alert_rules.yml holds, for all that is made of it."""

from collections.abc import Iterator
from typing import Any

from monitoring.relocation import Config

Rule = dict[str, Any]


def alerts(config: Config) -> Iterator[Rule]:
    """The alerting rules of a file of rules, in its order."""
    for group in config["groups"]:
        yield from (rule for rule in group["rules"] if "alert" in rule)


def playbook_of(rule: Rule) -> str:
    """The name of an alert's playbook, without an ending: that of the page it links."""
    url: str = rule["annotations"]["runbook_url"]
    return url.rsplit("/", 1)[1].removesuffix(".html")
