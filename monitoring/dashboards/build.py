"""Writes docc2context.json, which Grafana reads: `python -m monitoring.dashboards.build`."""

import json
from pathlib import Path
from string import ascii_uppercase
from typing import Final, TypeVar

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataSourceRef

from monitoring.dashboards.panel import Panel, Query, Row
from monitoring.dashboards.panels import ROWS

FILE: Final = Path(__file__).with_name("docc2context.json")

SOURCE: Final = DataSourceRef(type_val="prometheus", uid="prometheus")
"""As monitoring/grafana/datasources/ provisions it."""

Builder = TypeVar("Builder", stat.Panel, timeseries.Panel)

_COLUMNS: Final = 24
"""Grafana's, over the whole width of a dashboard."""

_GRAPHS_A_LINE: Final = 3


def text() -> str:
    """The dashboard as JSON."""
    built = _dashboard().build()
    return json.dumps(built, cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def _dashboard() -> dashboard.Dashboard:
    board = (
        dashboard.Dashboard("docc2context-service")
        .uid("docc2context")
        .description("What an on-call person asks, from top to bottom.")
        .tags(["docc2context"])
        .time("now-3h", "now")
        .refresh("30s")
        .timezone("browser")
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(
            dashboard.TextBoxVariable("prometheus")
            .label("Prometheus")
            .description("Where Prometheus serves the playbooks.")
            .default_value("http://localhost:9090")
        )
        .link(_link("Alerts", "${prometheus}/alerts"))
    )
    for row in ROWS:
        board.with_row(dashboard.Row(row.title))
        for panel in row.panels:
            board.with_panel(_stat(panel, row) if row.kind == "stat" else _graph(panel))
    return board


def _link(title: str, url: str) -> dashboard.DashboardLink:
    return dashboard.DashboardLink(title).url(url).target_blank(target_blank=True)


def _stat(panel: Panel, row: Row) -> stat.Panel:
    """A figure; those of a row share its width."""
    return _filled(stat.Panel().span(_COLUMNS // len(row.panels)).height(4), panel)


def _graph(panel: Panel) -> timeseries.Panel:
    legend = (
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(show_legend=True)
    )
    graph = timeseries.Panel().span(_COLUMNS // _GRAPHS_A_LINE).height(8).legend(legend)
    return _filled(graph.axis_soft_min(0), panel)


def _filled(builder: Builder, panel: Panel) -> Builder:
    """The same builder, given everything that a panel says."""
    builder.title(panel.title).description(panel.description).unit(panel.unit).datasource(SOURCE)
    for number, query in enumerate(panel.queries):
        builder.with_target(_target(query, ref_id=ascii_uppercase[number]))
    if panel.playbook:
        url = f"${{prometheus}}/user/playbooks/{panel.playbook}.html"
        builder.links([_link("Playbook", url)])
    return builder


def _target(query: Query, ref_id: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().expr(query.expr).ref_id(ref_id).range().datasource(SOURCE)
    return target.legend_format(query.legend) if query.legend else target


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
