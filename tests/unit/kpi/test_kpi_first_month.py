"""The first month of a tracker: nothing is drawn of a time of which nothing is known."""

from __future__ import annotations

from sheetsync.domain.kpi.compute import compute
from sheetsync.domain.kpi.layout import layout, values_of
from sheetsync.domain.kpi.periods import parse_period
from tests.support.kpi_orders import NOW, ZONE, sample

DATA = sample()
NOVEMBER = parse_period("2017-11", ZONE)
REPORT = compute(DATA, NOVEMBER, NOW)
FIRST = layout(REPORT, title="KPI 2017-11")
LATER = layout(
    REPORT,
    title="KPI 2017-11",
    history={NOVEMBER.shifted(-3).id: values_of(compute(DATA, NOVEMBER.shifted(-3), NOW))},
)


def _periods(tab):
    """What stands in the first column between the trend's heading and the next heading."""
    first = [box for box in tab.boxes if box.column == 0]
    heads = [place for place, box in enumerate(first) if box.style == "heading"]
    start = next(p for p in heads if first[p].value == "Trend by month")
    end = next(p for p in heads if p > start)
    return [b.value for b in first[start + 1 : end] if b.style in ("text", "strong")]


def test_the_trend_begins_with_the_first_month_of_which_something_is_known():
    assert _periods(FIRST) == ["Nov 17"]
    assert _periods(LATER) == ["Aug 17", "Sep 17", "Oct 17", "Nov 17"]


def test_a_line_of_one_point_is_not_drawn():
    assert "On-time delivery against target" not in [chart.title for chart in FIRST.charts]
    assert "On-time delivery against target" in [chart.title for chart in LATER.charts]


def test_weeks_before_the_first_order_are_left_out():
    rows = REPORT.table("weeks").rows
    assert any(rows[0][1:]) or len(rows) == 2


def test_the_stage_chart_leaves_out_the_days_on_the_road():
    stages = [chart for chart in FIRST.charts if chart.title.startswith("Open hours")]
    cells = {(box.row, box.column): box.value for box in FIRST.boxes}
    for chart in stages:
        top, column, bottom, _ = chart.series[0].categories
        names = [cells[row, column] for row in range(top, bottom + 1)]
        assert "Transit" not in names
