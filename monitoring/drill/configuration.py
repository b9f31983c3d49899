"""The shipped configurations, with all times shortened by one factor."""

from dataclasses import dataclass

import yaml

from monitoring.configs import ALERTMANAGER, PROMETHEUS, RULES, Config
from monitoring.drill.compress import compress


@dataclass(frozen=True)
class Configurations:
    """Of rules, Prometheus and Alertmanager; `factor` is what their times were divided by.

    The rules stay text, for Prometheus to read.
    """

    rules: str
    prometheus: Config
    alertmanager: Config
    factor: int


def compressed(factor: int) -> Configurations:
    """Read and shorten them. Raises ValueError for a factor that does not divide all times."""
    rules, prometheus, alertmanager = (
        compress(file.read_text(), factor) for file in (RULES, PROMETHEUS, ALERTMANAGER)
    )
    return Configurations(
        rules, _at_one_interval(yaml.safe_load(prometheus)), yaml.safe_load(alertmanager), factor
    )


def _at_one_interval(prometheus: Config) -> Config:
    """Scrape all targets as rarely as most of them.

    Otherwise the service would have a fifth of a second to answer, and seem down on a busy machine.
    """
    for job in prometheus["scrape_configs"]:
        job.pop("scrape_interval", None)
        job.pop("scrape_timeout", None)
    return prometheus
