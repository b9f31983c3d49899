"""What a dashboard is made of."""

from typing import Literal, NamedTuple


class Query(NamedTuple):
    """A PromQL expression, and the name of its series in the legend."""

    expr: str
    legend: str = ""


class Panel(NamedTuple):
    """One question. `unit` is Grafana's id of a unit; `playbook` is that of the related alert."""

    title: str
    description: str
    queries: tuple[Query, ...]
    unit: str = "none"
    playbook: str = ""


class Row(NamedTuple):
    """Panels about one thing, shown as single figures (`stat`) or as graphs over time."""

    title: str
    panels: tuple[Panel, ...]
    kind: Literal["stat", "graph"] = "graph"
