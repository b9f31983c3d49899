"""The configurations as they are shipped, with all times shortened by one factor."""

from dataclasses import dataclass

import yaml

from monitoring.drill.compress import compress
from monitoring.relocation import ALERTMANAGER, PROMETHEUS, RULES, Config


@dataclass(frozen=True)
class Shipped:
    """The three of them. The rules stay text, for Prometheus to read."""

    rules: str
    prometheus: Config
    alertmanager: Config


def shipped(factor: int) -> Shipped:
    """Read and shorten them. Raises ValueError for a factor that does not divide all times."""
    rules, prometheus, alertmanager = (
        compress(file.read_text(), factor) for file in (RULES, PROMETHEUS, ALERTMANAGER)
    )
    return Shipped(rules, yaml.safe_load(prometheus), yaml.safe_load(alertmanager))
