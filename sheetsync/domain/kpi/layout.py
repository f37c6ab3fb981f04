"""The KPI tab: what a manager opens. Static values only, so that a closed month stays as it was.

Eight bands on twelve equal columns: header, sentence, tiles (one screen), trend, charts, tables,
drill-downs, definitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sheetsync.domain.kpi.canvas import Canvas
from sheetsync.domain.kpi.periods import Period
from sheetsync.domain.kpi.result import KpiReport
from sheetsync.domain.kpi.sentence import History
from sheetsync.domain.kpi.tab_lists import put_definitions, put_lists
from sheetsync.domain.kpi.tab_tables import (
    CHART_ROWS,
    chart_rows,
    put_charts,
    put_tables,
    put_trend,
)
from sheetsync.domain.kpi.tab_top import put_header, put_sentence, put_tiles
from sheetsync.domain.tabs import Tab


def layout(
    report: KpiReport,
    *,
    title: str,
    history: History | None = None,
    restated: Sequence[str] = (),
    tracker: str = "",
) -> Tab:
    """The report as a tab called `title`.

    `history` holds earlier periods' published values (period id -> KPI id -> value), `restated` the
    dated lines of what changed since the tab was first published, `tracker` the name in its heading.
    """
    past: Mapping[str, Mapping[str, float | None]] = history or {}
    canvas = Canvas()
    put_header(canvas, report, tracker, restated)
    put_sentence(canvas, report, past)
    put_tiles(canvas, report, past)
    placed = put_trend(canvas, report, past)
    rows = chart_rows(report, past)
    if rows > CHART_ROWS + 1:
        canvas.new_page()
    canvas.line("Charts", "heading", height=22)
    top = canvas.row
    canvas.row += rows
    canvas.new_page()
    placed |= put_tables(canvas, report)
    put_charts(canvas, top, placed)
    canvas.new_page()
    put_lists(canvas, report)
    canvas.new_page()
    put_definitions(canvas, report)
    return canvas.tab(title)


def tab_title(period: Period, month_tab: str) -> str:
    """The tab's name: `month_tab` of kpi.yaml for a month, `KPI 2017-W48`, `KPI 2017-Q4` otherwise."""
    if period.kind != "month":
        return f"KPI {period.id}"
    year, month = period.id.split("-")
    return month_tab.replace("{yyyy}", year).replace("{mm}", month)


def values_of(report: KpiReport) -> dict[str, float | None]:
    """The report's line in a history: KPI id -> value."""
    return {figure.id: figure.value for figure in report.figures}
